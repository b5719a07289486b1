using System.Text.Json;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden;

/// <summary>The settings of a golden case. A key without a default must be there.</summary>
internal sealed class GoldenConfig(JsonElement root)
{
    /// <summary>The object itself.</summary>
    public JsonElement Root => root;

    public bool Has(string key) => TryGet(key, out _);

    public int Int(string key) => Get(key).GetInt32();

    public int Int(string key, int fallback) => TryGet(key, out JsonElement value) ? value.GetInt32() : fallback;

    public long Long(string key, long fallback) => TryGet(key, out JsonElement value) ? (long)value.GetDouble() : fallback;

    public double Double(string key) => Get(key).GetDouble();

    public double Double(string key, double fallback) => TryGet(key, out JsonElement value) ? value.GetDouble() : fallback;

    public float Float(string key, double fallback) => (float)Double(key, fallback);

    public bool Bool(string key, bool fallback) => TryGet(key, out JsonElement value) ? value.GetBoolean() : fallback;

    public string Text(string key, string fallback) => TryGet(key, out JsonElement value) ? value.GetString()! : fallback;

    public string Text(string key) => Get(key).GetString()!;

    public double[] Doubles(string key) => [.. Get(key).EnumerateArray().Select(value => value.GetDouble())];

    public bool[] Bools(string key) => [.. Get(key).EnumerateArray().Select(value => value.GetBoolean())];

    public string[] Texts(string key) => [.. Get(key).EnumerateArray().Select(value => value.GetString()!)];

    public GoldenConfig Object(string key) => new(Get(key));

    /// <summary>The keys and values of an object.</summary>
    public IEnumerable<(string Key, JsonElement Value)> Entries(string key) =>
        Get(key).EnumerateObject().Select(property => (property.Name, property.Value));

    /// <summary>The padding id: 1 unless the case says otherwise, null where it says that there is none.</summary>
    public int? Padding(string key = "padding_idx")
    {
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty(key, out JsonElement value))
        {
            return value.ValueKind == JsonValueKind.Null || value.GetInt32() < 0 ? null : value.GetInt32();
        }

        return 1;
    }

    public Activation Activation() => Text("activation", "relu") switch
    {
        "relu" => Tensors.Activation.Relu,
        "gelu" => Tensors.Activation.Gelu,
        "gelu_tanh" => Tensors.Activation.GeluTanh,
        "silu" or "swish" => Tensors.Activation.Silu,
        "none" or "identity" => Tensors.Activation.None,
        string other => throw new InvalidDataException($"unknown activation '{other}'"),
    };

    public PositionKind Positions() => Text("positions", "half") switch
    {
        "half" => PositionKind.Half,
        "interleaved" => PositionKind.Interleaved,
        "learned" => PositionKind.Learned,
        "none" => PositionKind.None,
        string other => throw new InvalidDataException($"unknown kind of positions '{other}'"),
    };

    public LabelSmoothing Smoothing() => Text("mode", "spread_others") switch
    {
        "spread_others" => LabelSmoothing.SpreadOthers,
        "spread_all" => LabelSmoothing.SpreadAll,
        string other => throw new InvalidDataException($"unknown label smoothing '{other}'"),
    };

    private JsonElement Get(string key) =>
        TryGet(key, out JsonElement value) ? value : throw new InvalidDataException($"the config lacks the key '{key}'");

    private bool TryGet(string key, out JsonElement value)
    {
        value = default;
        return root.ValueKind == JsonValueKind.Object && root.TryGetProperty(key, out value) && value.ValueKind != JsonValueKind.Null;
    }
}
