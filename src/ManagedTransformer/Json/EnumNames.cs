using System.Text.Json;

namespace ManagedTransformer.Json;

/// <summary>Names of enumerations as files have them.</summary>
internal static class EnumNames
{
    /// <summary>The snake_case name: <c>gelu_tanh</c>.</summary>
    /// <typeparam name="TEnum">The enumeration.</typeparam>
    /// <param name="value">One of its values.</param>
    public static string JsonName<TEnum>(this TEnum value)
        where TEnum : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
