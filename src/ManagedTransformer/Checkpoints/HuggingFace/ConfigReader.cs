using System.Text.Json;

namespace ManagedTransformer.Checkpoints.HuggingFace;

/// <summary>Values of a <c>config.json</c> by key, where null is as good as absent; what is wrong is told with file and key.</summary>
/// <param name="root">An object.</param>
/// <param name="path">The file, for errors.</param>
/// <param name="prefix">The key of the object and a point; empty for the whole file.</param>
internal sealed class ConfigReader(JsonElement root, string path, string prefix = "")
{
    // Several widths side by side must still be a size.
    private const int Largest = int.MaxValue / 4;

    /// <summary>Whether a key has a value.</summary>
    public bool IsGiven(string key) => Find(key) is not null;

    /// <summary>Whether a key is there and says null.</summary>
    public bool IsNull(string key) => root.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Null;

    /// <summary>A size that must be there.</summary>
    public int Size(string key) => Find(key) is { } value ? Size(key, value) : throw Error(key, "is missing");

    /// <summary>A size, or what it is where it is absent.</summary>
    public int Size(string key, int absent) => Find(key) is { } value ? Size(key, value) : absent;

    /// <summary>A number of things, 0 among them.</summary>
    public int Count(string key, int absent) => Find(key) is not { } value ? absent
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int count) && count >= 0 ? count
        : throw Error(key, $"is {value.GetRawText()}, it must be a whole number that is not negative");

    /// <summary>A number that must be there.</summary>
    public double Number(string key) => Find(key) is { } value ? Number(key, value) : throw Error(key, "is missing");

    /// <summary>A number, or what it is where it is absent.</summary>
    public double Number(string key, double absent) => Find(key) is { } value ? Number(key, value) : absent;

    /// <summary>True or false, or what it is where it is absent.</summary>
    public bool Flag(string key, bool absent) => Find(key)?.ValueKind switch
    {
        null => absent,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Error(key, "must be true or false"),
    };

    /// <summary>A text; null where it is absent.</summary>
    public string? Text(string key) => Find(key) is { } value ? Text(key, value) : null;

    /// <summary>The first text of a list; null where there is none.</summary>
    public string? FirstText(string key) => Texts(key) is [string first, ..] ? first : null;

    /// <summary>A list of texts; null where it is absent.</summary>
    public IReadOnlyList<string>? Texts(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(element => Text(key, element))]
        : throw Error(key, "must be a list of texts");

    /// <summary>An object; null where it is absent.</summary>
    public ConfigReader? Object(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new ConfigReader(value, path, $"{prefix}{key}.")
        : throw Error(key, "must be an object");

    /// <summary>Refuses a value.</summary>
    /// <param name="isBroken">Whether it cannot be used.</param>
    /// <param name="key">Its key.</param>
    /// <param name="why">What follows the key in the sentence.</param>
    /// <exception cref="InputException">It cannot be used.</exception>
    public void Refuse(bool isBroken, string key, string why)
    {
        if (isBroken)
        {
            throw Error(key, why);
        }
    }

    /// <summary>What is wrong with a key.</summary>
    public InputException Error(string key, string why) => new($"{path}: {prefix}{key} {why}.");

    private JsonElement? Find(string key) =>
        root.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private int Size(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int size) && size is > 0 and <= Largest
            ? size
            : throw Error(key, $"is {value.GetRawText()}, it must be a positive whole number of at most {Largest}");

    private double Number(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && Math.Abs(value.GetDouble()) <= float.MaxValue
            ? value.GetDouble()
            : throw Error(key, $"is {value.GetRawText()}, it must be a number of binary32");

    private string Text(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Error(key, $"is {value.GetRawText()}, it must be a text");
}
