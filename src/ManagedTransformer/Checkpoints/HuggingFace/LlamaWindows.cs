namespace ManagedTransformer.Checkpoints.HuggingFace;

/// <summary>
/// The windows of a Llama's <c>config.json</c>: of Mistral in every layer; of Qwen, where <c>use_sliding_window</c> says so, in the layers
/// that <c>layer_types</c> names or that follow the first <c>max_window_layers</c>; of Llama in none.
/// </summary>
internal static class LlamaWindows
{
    private const string Size = "sliding_window", Types = "layer_types", Sliding = "sliding_attention", Full = "full_attention";
    private const int DefaultFullLayers = 28;

    /// <summary>The window, 0 for none, and the layers without; null where all have it.</summary>
    /// <exception cref="InputException">Values that contradict each other, or a window that the type does not have.</exception>
    public static (int Window, IReadOnlyList<int>? FullLayers) Read(ConfigReader json, LlamaType type, int layers)
    {
        if (type.HasWindow is null)
        {
            json.Refuse(json.IsGiven(Size), Size, $"is given, and '{type.Name}' has no windows");
            return (0, null);
        }

        int[]? full = ReadFullLayers(json, type, layers);
        bool isUsed = type.HasWindow == true || json.Flag("use_sliding_window", false);
        int window = !isUsed || json.IsNull(Size) ? 0 : json.Size(Size, type.DefaultWindow);
        if (window == 0 || full?.Length == layers)
        {
            return (0, null);
        }

        return (window, full is { Length: > 0 } ? full : null);
    }

    private static int[]? ReadFullLayers(ConfigReader json, LlamaType type, int layers)
    {
        if (json.Texts(Types) is { } types)
        {
            json.Refuse(types.Count != layers, Types, $"has {types.Count} entries, there are {layers} layers");
            json.Refuse(
                types.Any(kind => kind is not (Sliding or Full)), Types,
                $"has '{types.FirstOrDefault(kind => kind is not (Sliding or Full))}', the known ones are {Full} and {Sliding}");
            return [.. Enumerable.Range(0, layers).Where(layer => types[layer] == Full)];
        }

        return type.HasWindow == true
            ? null
            : [.. Enumerable.Range(0, Math.Min(layers, json.Count("max_window_layers", DefaultFullLayers)))];
    }
}
