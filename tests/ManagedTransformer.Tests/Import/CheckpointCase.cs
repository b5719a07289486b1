using System.Text.Json;
using ManagedTransformer.Import.Sources;

namespace ManagedTransformer.Tests.Import;

/// <summary>A checkpoint that the authors' programs wrote, and what converting it must give.</summary>
internal sealed class CheckpointCase
{
    private readonly JsonElement _root;
    private readonly string _folder;

    public CheckpointCase(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        _root = document.RootElement.Clone();
        _folder = Path.GetDirectoryName(path)!;
    }

    /// <summary>The folders with cases: the repository's own selection, and all of them beside the checkout where they are.</summary>
    public static IEnumerable<string> All() => new[]
        {
            Path.Combine(Repository.Root, "tests", "cases", "torch_checkpoints"),
            Path.Combine(Path.GetDirectoryName(Repository.Root)!, "shared", "cases", "torch_checkpoints"),
        }
        .Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal));

    /// <summary>What the case is about: <c>convert</c>, <c>tensors</c> or <c>refuse</c>.</summary>
    public string System => _root.GetProperty("system").GetString()!.Split('.')[1];

    public string Checkpoint => Path.Combine(_folder, _root.GetProperty("checkpoint").GetString()!);

    public string Expected => Path.Combine(_folder, _root.GetProperty("expected").GetProperty("file").GetString()!);

    public double Tolerance => _root.GetProperty("tolerance").GetDouble();

    /// <summary>Words of which the refusing sentence must have one.</summary>
    public IReadOnlyList<string> Refusals => [.. _root.GetProperty("refuse").EnumerateArray().Select(word => word.GetString()!)];

    /// <summary>How many positions of each row count; null for all.</summary>
    public int[]? ValidLengths => _root.TryGetProperty("valid_lengths", out JsonElement lengths)
        ? [.. lengths.EnumerateArray().Select(length => length.GetInt32())]
        : null;

    /// <summary>What the model is expected to be made of.</summary>
    public JsonElement Model => _root.GetProperty("model");

    public IReadOnlyList<string>? Vocabulary => _root.TryGetProperty("vocabulary", out JsonElement words)
        ? [.. words.EnumerateArray().Select(word => word.GetString()!)]
        : null;

    public int[][]? Tokens(string key) => _root.TryGetProperty(key, out JsonElement rows)
        ? [.. rows.EnumerateArray().Select(row => row.EnumerateArray().Select(id => id.GetInt32()).ToArray())]
        : null;

    /// <summary>What the user passes.</summary>
    public ImportOptions Options()
    {
        JsonElement options = _root.GetProperty("options");
        string from = options.GetProperty("from").GetString()!;
        return new ImportOptions
        {
            From = ManagedTransformer.Import.ModelImport.Kinds[from].Kind,
            Data = Text("data") is { } data ? Path.Combine(_folder, data) : null,
            Language = Text("language"),
            Ramp = Number("ramp"),
            Heads = Number("heads"),
            Attention = Text("attention") is { } attention ? Enum.Parse<ForeignAttention>(attention, ignoreCase: true) : null,
        };

        string? Text(string key) => options.TryGetProperty(key, out JsonElement value) ? value.GetString() : null;

        int? Number(string key) => options.TryGetProperty(key, out JsonElement value) ? value.GetInt32() : null;
    }
}
