// Places on the earth.
#include <cmath>

#include "expr/arithmetic.h"
#include "expr/functions/bodies.h"

namespace cep::expr::functions_detail {
namespace {

constexpr double kEarthRadiusKm = 6371.0;  // of the sphere with the earth's mean radius
constexpr double kRadians = 3.14159265358979323846 / 180.0;

double real(const Value& v) { return v.type == Type::kInt ? static_cast<double>(v.i) : v.d; }

}  // namespace

// Haversine. A latitude beyond the poles is no place: null. Rounded to a millimetre, so that the last bits of
// sin and cos do not show.
Value distance_km(EvalContext& c, Args a, Type) {
  double lat1 = real(a[0]), lon1 = real(a[1]), lat2 = real(a[2]), lon2 = real(a[3]);
  if (std::fabs(lat1) > 90 || std::fabs(lat2) > 90) return Value::null();
  double sin_lat = std::sin((lat2 - lat1) * kRadians / 2);
  double sin_lon = std::sin((lon2 - lon1) * kRadians / 2);
  double h = sin_lat * sin_lat + std::cos(lat1 * kRadians) * std::cos(lat2 * kRadians) * sin_lon * sin_lon;
  double km = 2 * kEarthRadiusKm * std::asin(std::sqrt(std::fmin(1.0, h)));
  return finite(c, std::round(km * 1e6) / 1e6);
}

}  // namespace cep::expr::functions_detail
