using System.Text.Json;
using System.Text.Json.Serialization;

namespace ManagedTransformer.Json;

/// <summary>
/// Enumerations by their snake_case names only: <c>gelu_tanh</c>. An unknown one is refused by a <see cref="JsonException"/>.
/// Configurations' enumerations name it, so that they are written alike by generated contexts of other programs.
/// </summary>
/// <typeparam name="TEnum">The enumeration.</typeparam>
public sealed class SnakeCaseEnumConverter<TEnum> : JsonConverter<TEnum>
    where TEnum : struct, Enum
{
    private static readonly TEnum[] _values = Enum.GetValues<TEnum>();
    private static readonly string[] _names = [.. Enum.GetNames<TEnum>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <inheritdoc/>
    public override TEnum Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? given = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        int index = Array.IndexOf(_names, given);
        return index >= 0 ? _values[index] : throw new UnknownNameException(given, _names);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TEnum value, JsonSerializerOptions options) =>
        writer.WriteStringValue(_names[Array.IndexOf(_values, value)]);
}
