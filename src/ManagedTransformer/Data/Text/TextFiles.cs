using ManagedTransformer.Files;

namespace ManagedTransformer.Data.Text;

/// <summary>Reads the files of a corpus: plain text, JSON lines, Parquet, and folders of shards.</summary>
internal static class TextFiles
{
    private const string Compressed = ".gz", Parquet = ".parquet";

    // In the order in which they are looked for.
    private static readonly string[] _extensions = [".txt", ".jsonl", ".ndjson", Parquet];

    /// <summary>What a folder may hold, for messages.</summary>
    public const string Kinds = ".txt, .jsonl and .ndjson, each also as .gz, and .parquet";

    /// <summary>A file: JSON lines or Parquet by its name, else plain text.</summary>
    /// <param name="path">The file, or a <c>.gz</c> of one.</param>
    /// <param name="options">How to read it.</param>
    /// <exception cref="InputException">It cannot be read, or is empty.</exception>
    public static TextPart Read(string path, TextCorpusOptions options)
    {
        if (Extension(path) == Parquet)
        {
            return ParquetRecords.Read(path, options);
        }

        byte[] bytes = InputFile.ReadAllBytes(path);
        bool isRecords = Extension(path) is ".jsonl" or ".ndjson";
        Memory<byte> text = options.Raw && !isRecords ? bytes : Utf8Text.Clean(bytes, $"'{path}'");
        return text.Length == 0 ? throw new InputException($"The file '{path}' is empty.")
            : isRecords ? JsonLines.Read(text, path, options)
            : new TextPart(text) { PlainFiles = options.Raw ? [] : [(path, text)] };
    }

    /// <summary>A part of a corpus in a folder: a file of its name, or a folder of shards.</summary>
    /// <param name="folder">The folder of the corpus.</param>
    /// <param name="options">How to read it.</param>
    /// <param name="names">The names that the part may have.</param>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="InputException">It cannot be read.</exception>
    public static TextPart? Find(string folder, TextCorpusOptions options, params IEnumerable<string> names)
    {
        foreach (string path in names.Select(name => Path.Combine(folder, name)))
        {
            if (_extensions.SelectMany(extension => (string[])[path + extension, path + extension + Compressed])
                .FirstOrDefault(File.Exists) is { } file)
            {
                return Read(file, options);
            }

            if (Directory.Exists(path) && ReadShards(path, options) is { } shards)
            {
                return shards;
            }
        }

        return null;
    }

    /// <summary>The files of a folder behind one another, in the order of their names.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">How to read them.</param>
    /// <param name="others">Names of files, without extensions, that belong to other parts.</param>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="InputException">One cannot be read.</exception>
    public static TextPart? ReadShards(string folder, TextCorpusOptions options, params string[] others)
    {
        string[] files =
        [
            .. Directory.GetFiles(folder).Where(file => _extensions.Contains(Extension(file)) && !others.Contains(Stem(file)))
                .OrderBy(Path.GetFileName, StringComparer.Ordinal),
        ];
        return files.Length == 0 ? null : TextPart.Join([.. files.Select(file => Read(file, options))]);
    }

    private static string Plain(string path) =>
        path.EndsWith(Compressed, StringComparison.OrdinalIgnoreCase) ? path[..^Compressed.Length] : path;

    private static string Extension(string path) => Path.GetExtension(Plain(path)).ToLowerInvariant();

    private static string Stem(string path) => Path.GetFileNameWithoutExtension(Plain(path));
}
