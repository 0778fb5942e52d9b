/* The picture of a simulation, as SVG: how many families gain and lose in each band, and what each benefit costs today
 * and under the reform. Colours follow the reader's light or dark mode; every bar has its figure beside it. */
#ifndef DOUDI_SIMULATE_CHART_H
#define DOUDI_SIMULATE_CHART_H

#include "simulate/simulation.h"

void chart_write(struct builder *out, struct arena *arena, const struct simulation *simulation, enum language language);

#endif
