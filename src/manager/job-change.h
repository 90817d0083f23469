/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Changes of definitions at run time (manager.h). */

#include "manager/manager-internal.h"

void manager_change_orders_done(Manager *manager);
