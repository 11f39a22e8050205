#pragma once

// Control and the dataplane speak of the same measures.
#include "common/measure.hpp"
