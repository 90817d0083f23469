/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* One time at which a schedule is due. */

#include "util/types.h"

/* What a rule did to an occurrence; shown in previews and kept on the row. */
typedef enum ScheduleNote {
        SCHEDULE_NOTE_GAP = 1 << 0, /* its local time was skipped: due at the first instant after the gap */
        SCHEDULE_NOTE_COLLAPSED = 1 << 1,      /* stands for several nominal times */
        SCHEDULE_NOTE_OVERLAP_FIRST = 1 << 2,  /* in the first pass of a repeated hour */
        SCHEDULE_NOTE_OVERLAP_SECOND = 1 << 3, /* in the second pass */
        SCHEDULE_NOTE_SHIFTED = 1 << 4,        /* its local time was skipped: later by the gap's length */
        SCHEDULE_NOTE_EXCEPTED_MOVED = 1 << 5, /* an exception moved it to another day */
        SCHEDULE_NOTE_DELAYED = 1 << 6,        /* random-delay holds its start back */
} ScheduleNote;

typedef struct Occurrence {
        usec_t due_usec;
        usec_t nominal_usec; /* before an exception moved it; otherwise due_usec */
        unsigned notes;      /* ScheduleNote bits */
        unsigned count;      /* nominal times that it stands for; 1 as a rule */
} Occurrence;
