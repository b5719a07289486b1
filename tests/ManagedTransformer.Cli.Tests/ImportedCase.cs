using System.Text.Json;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Serialization;

namespace ManagedTransformer.Cli.Tests;

/// <summary>A checkpoint that the authors' programs wrote, with what they computed.</summary>
internal sealed class ImportedCase
{
    private readonly JsonElement _root;
    private readonly string _folder;

    private ImportedCase(string path)
    {
        using JsonDocument document = JsonDocument.Parse(System.IO.File.ReadAllBytes(path));
        (_root, _folder, Name) = (document.RootElement.Clone(), Path.GetDirectoryName(path)!, Path.GetFileNameWithoutExtension(path));
    }

    /// <summary>The repository's folder of such cases.</summary>
    public static string Folder { get; } = Path.Combine(Root(), "tests", "cases", "torch_checkpoints");

    /// <summary>The case's name.</summary>
    public string Name { get; }

    /// <summary>The checkpoint.</summary>
    public string File => Path.Combine(_folder, _root.GetProperty("checkpoint").GetString()!);

    /// <summary>Whether it becomes a model.</summary>
    public bool IsModel => _root.GetProperty("system").GetString() == "torch_checkpoints.convert";

    /// <summary>The first row of ids, as the tool takes it.</summary>
    public string Ids => Row(_root.TryGetProperty("tokens", out JsonElement tokens) ? tokens : _root.GetProperty("prev_output_tokens"));

    /// <summary>The first row of source ids; null in language models.</summary>
    public string? SourceIds => _root.TryGetProperty("src_tokens", out JsonElement tokens) ? Row(tokens) : null;

    /// <summary>Positions of the first row that count.</summary>
    public int? Length => _root.TryGetProperty("valid_lengths", out JsonElement lengths) ? lengths[0].GetInt32() : null;

    public double Tolerance => _root.GetProperty("tolerance").GetDouble();

    /// <summary>The repository's cases, and all others beside the checkout where they are.</summary>
    public static IEnumerable<ImportedCase> All() =>
        new[] { Folder, Path.Combine(Path.GetDirectoryName(Root())!, "shared", "cases", "torch_checkpoints") }
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
            .Select(path => new ImportedCase(path))
            .DistinctBy(test => test.Name);

    public static ImportedCase Of(string name) => All().First(test => test.Name == name);

    /// <summary>The command that converts it, without the folder.</summary>
    public string[] Command()
    {
        List<string> command = ["convert", File];
        foreach (JsonProperty option in _root.GetProperty("options").EnumerateObject())
        {
            string value = option.Value.ToString();
            command.AddRange([$"--{option.Name}", option.Name == "data" ? Path.Combine(_folder, value) : value]);
        }

        return [.. command];
    }

    /// <summary>The expected log-probabilities of the first row, [1, positions, V].</summary>
    public Tensor Expected()
    {
        using SafetensorsFile file = SafetensorsFile.Open(
            Path.Combine(_folder, _root.GetProperty("expected").GetProperty("file").GetString()!));
        Tensor rows = file.ReadTensor(file.Entries[0].Name).LogSoftmax();
        return rows.Slice(0, 0, 1);
    }

    private static string Row(JsonElement rows) => string.Join(',', rows[0].EnumerateArray().Select(id => id.GetInt32()));

    private static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!System.IO.File.Exists(Path.Combine(folder, "ManagedTransformer.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
