/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/simulation.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "schedule/stable-hash.h"
#include "util/cleanup.h"
#include "util/heap.h"

static const char *const fate_names[] = {
        [SIMULATION_RUNS] = "runs",     [SIMULATION_OVERLAP] = "overlap", [SIMULATION_EXCEPTED] = "excepted",
        [SIMULATION_PAUSED] = "paused", [SIMULATION_FATE_COUNT] = NULL,
};
DEFINE_STRING_TABLE(simulation_fate, SimulationFate, fate_names);

/* A job on its way. With the one policy that there is, `skip`, at most one execution of it runs. */
typedef struct Player {
        SimulationJob *job;
        size_t index;
        HeapNode next;         /* by the start of `occurrence`; in no heap if nothing comes any more */
        HeapNode end;          /* of its execution; in no heap if none runs */
        Occurrence occurrence; /* that comes next */
        usec_t decided_usec;   /* due times up to here are decided */
        usec_t started_usec;   /* last start: none of its own overtakes it */
        usec_t ended_usec;     /* last end; USEC_INFINITY: none */
} Player;

typedef struct Play {
        Simulation *simulation;
        Player *players;
        Heap starts, ends;
        uint64_t n_running, n_events;
        size_t hour; /* that it is */
} Play;

/* --- time ------------------------------------------------------------------------------------------ */

/* What runs on into an hour counts in it. */
static void turn_hours(Play *play, usec_t now_usec) {
        Simulation *simulation = play->simulation;
        size_t hour = (size_t) ((now_usec - simulation->first_hour_usec) / USEC_PER_HOUR);

        while (play->hour < hour && play->hour + 1 < simulation->n_hours)
                simulation->hours[++play->hour].n_most = play->n_running;
}

static void count_start(Play *play, usec_t now_usec) {
        Simulation *simulation = play->simulation;
        SimulationHour *hour = &simulation->hours[play->hour];

        play->n_running++;
        simulation->n_starts++;
        hour->n_starts++;
        hour->n_most = MAX(hour->n_most, play->n_running);
        if (play->n_running > simulation->n_most) {
                simulation->n_most = play->n_running;
                simulation->most_usec = now_usec;
        }
}

/* A fresh delay is drawn as well, but the same in each simulation. */
static usec_t delay_of(const Player *player, usec_t due_usec) {
        const RandomDelay *delay = &player->job->job->random_delay;
        StableHash hash;

        if (!delay->fresh || delay->up_to_usec == 0)
                return player->job->delay_usec;
        stable_hash_init(&hash);
        stable_hash_add(&hash, player->job->job->name, strlen(player->job->job->name));
        stable_hash_add(&hash, &due_usec, sizeof(due_usec));
        return (usec_t) (stable_hash_finish(&hash) % (uint64_t) delay->up_to_usec);
}

/* --- occurrences ----------------------------------------------------------------------------------- */

static ScheduleContext context_of(const Play *play, const Player *player) {
        return (ScheduleContext){
                .zone = player->job->job->zone ?: time_zone_utc(),
                .anchor_usec = play->simulation->from_usec,
                .boot_usec = USEC_INFINITY,
                .startup_usec = USEC_INFINITY,
                .resume_usec = USEC_INFINITY,
                .last_end_usec = player->ended_usec,
                .is_running = player->end.index != HEAP_NONE,
        };
}

/* Puts the next one into the heap, or takes the player off it. */
static int plan(Play *play, Player *player) {
        const ScheduleContext context = context_of(play, player);
        usec_t start_usec;

        if (timetable_next(&player->job->job->timetable, &context, player->decided_usec, &player->occurrence,
                           NULL) <= 0 ||
            player->occurrence.due_usec > play->simulation->until_usec) {
                heap_remove(&play->starts, &player->next);
                return 0;
        }
        start_usec = usec_add(player->occurrence.due_usec, delay_of(player, player->occurrence.due_usec));
        return heap_put(&play->starts, &player->next, MAX(start_usec, player->started_usec));
}

static SimulationFate decide(const Player *player) {
        if (player->job->paused)
                return SIMULATION_PAUSED;
        return player->end.index != HEAP_NONE ? SIMULATION_OVERLAP : SIMULATION_RUNS;
}

static int tell(Play *play, const SimulationEvent *event) {
        const Simulation *simulation = play->simulation;

        simulation->jobs[event->job].n_fates[event->fate] += event->count;
        return simulation->on_event ? simulation->on_event(simulation->userdata, event) : 0;
}

static int run_execution(Play *play, Player *player, SimulationEvent *event) {
        usec_t until_usec = play->simulation->until_usec;

        event->end_usec = usec_add(event->start_usec, player->job->duration_usec);
        player->job->busy_usec += MIN(event->end_usec, until_usec) - event->start_usec;
        count_start(play, event->start_usec);
        return heap_put(&play->ends, &player->end, event->end_usec);
}

/* What is due now. */
static int play_start(Play *play, Player *player) {
        SimulationEvent event = {
                .job = player->index,
                .fate = decide(player),
                .due_usec = player->occurrence.due_usec,
                .due_last_usec = player->occurrence.due_usec,
                .start_usec = player->next.key,
                .end_usec = player->next.key,
                .count = 1,
                .notes = player->occurrence.notes,
        };
        int r = 0;

        if (++play->n_events > SIMULATION_EVENTS_MAX)
                return -E2BIG;
        if (event.start_usec > event.due_usec)
                event.notes |= SCHEDULE_NOTE_DELAYED;
        turn_hours(play, event.start_usec);

        player->decided_usec = event.due_usec;
        player->started_usec = event.start_usec;
        if (event.fate == SIMULATION_RUNS)
                r = run_execution(play, player, &event);
        if (r >= 0)
                r = tell(play, &event);
        return r < 0 ? r : plan(play, player);
}

/* What counts from the end of the last execution can be planned now. */
static int play_end(Play *play, Player *player) {
        turn_hours(play, player->end.key);
        player->ended_usec = player->end.key;
        heap_remove(&play->ends, &player->end);
        play->n_running--;
        return plan(play, player);
}

/* --- all ------------------------------------------------------------------------------------------- */

/* One that ends when the next is due is not in its way. */
static int play_all(Play *play) {
        usec_t until_usec = play->simulation->until_usec;

        for (;;) {
                HeapNode *end = heap_first(&play->ends), *start = heap_first(&play->starts);
                int r;

                if (start && start->key > until_usec)
                        start = NULL;
                if (end && end->key > until_usec)
                        end = NULL;
                if (!start && !end)
                        break;

                if (end && (!start || end->key <= start->key))
                        r = play_end(play, HEAP_CONTAINER(end, Player, end));
                else
                        r = play_start(play, HEAP_CONTAINER(start, Player, next));
                if (r < 0)
                        return r;
        }
        turn_hours(play, until_usec);
        return 0;
}

static int tell_excepted(Play *play) {
        const Simulation *simulation = play->simulation;

        for (size_t i = 0; i < simulation->n_jobs; i++) {
                const Timetable *timetable = &simulation->jobs[i].job->timetable;
                const ScheduleContext context = context_of(play, &play->players[i]);
                OccurrenceSpan span = { 0 };
                int r;

                if (!timetable->exceptions || !simulation->jobs[i].job->enabled)
                        continue;
                timetable_excepted(
                                timetable, &context, simulation->from_usec - 1, simulation->until_usec,
                                &span);
                if (span.n_occurrences == 0)
                        continue;
                r = tell(play,
                         &(const SimulationEvent){
                                         .job = i,
                                         .fate = SIMULATION_EXCEPTED,
                                         .due_usec = span.first_usec,
                                         .due_last_usec = span.last_usec,
                                         .start_usec = span.first_usec,
                                         .end_usec = span.first_usec,
                                         .count = span.n_occurrences,
                         });
                if (r < 0)
                        return r;
        }
        return 0;
}

static int prepare(Play *play) {
        Simulation *simulation = play->simulation;

        simulation->n_hours =
                        (size_t) ((simulation->until_usec - simulation->first_hour_usec) / USEC_PER_HOUR) + 1;
        simulation->hours = calloc(simulation->n_hours, sizeof(*simulation->hours));
        play->players = calloc(simulation->n_jobs + 1, sizeof(*play->players));
        if (!simulation->hours || !play->players)
                return -ENOMEM;

        for (size_t i = 0; i < simulation->n_jobs; i++) {
                Player *player = &play->players[i];
                int r;

                *player = (Player){
                        .job = &simulation->jobs[i],
                        .index = i,
                        .next.index = HEAP_NONE,
                        .end.index = HEAP_NONE,
                        .decided_usec = simulation->from_usec - 1,
                        .started_usec = simulation->from_usec,
                        .ended_usec = USEC_INFINITY,
                };
                r = player->job->job->enabled ? plan(play, player) : 0;
                if (r < 0)
                        return r;
        }
        return 0;
}

int simulation_run(Simulation *simulation) {
        Play play = { .simulation = simulation };
        int r;

        assert(simulation);
        assert(!simulation->hours);
        assert(simulation->first_hour_usec <= simulation->from_usec);

        if (simulation->until_usec < simulation->from_usec ||
            simulation->until_usec - simulation->from_usec > SIMULATION_SPAN_MAX)
                return -ERANGE;

        r = prepare(&play);
        if (r >= 0)
                r = play_all(&play);
        if (r >= 0)
                r = tell_excepted(&play);

        heap_done(&play.starts);
        heap_done(&play.ends);
        free(play.players);
        return r;
}

void simulation_done(Simulation *simulation) {
        free(simulation->hours);
        simulation->hours = NULL;
        simulation->n_hours = 0;
}
