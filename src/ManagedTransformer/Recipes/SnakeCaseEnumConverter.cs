using System.Text.Json;
using System.Text.Json.Serialization;

namespace ManagedTransformer.Recipes;

/// <summary>Enumerations by their snake_case names only: <c>gelu_tanh</c>.</summary>
/// <typeparam name="TEnum">The enumeration.</typeparam>
internal sealed class SnakeCaseEnumConverter<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where TEnum : struct, Enum;
