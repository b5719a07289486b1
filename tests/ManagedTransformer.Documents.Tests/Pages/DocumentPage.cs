namespace ManagedTransformer.Documents.Tests.Pages;

/// <summary>A page of the documentation.</summary>
/// <param name="Name">Its path from the repository's root, with slashes.</param>
/// <param name="Lines">Its lines.</param>
/// <param name="Blocks">Its fenced blocks, in order.</param>
internal sealed record DocumentPage(string Name, IReadOnlyList<string> Lines, IReadOnlyList<CodeBlock> Blocks)
{
    private const string Fence = "```";

    /// <summary>The README and all pages of <c>docs/</c>: their programs are compiled and their commands run.</summary>
    public static IReadOnlyList<DocumentPage> Run { get; } = [Read("README.md"), .. In("docs").Select(Read)];

    /// <summary>All pages whose commands must exist.</summary>
    public static IReadOnlyList<DocumentPage> All { get; } =
        [.. Run, Read("CONTRIBUTING.md"), Read("bench/README.md"), .. In("src/ManagedTransformer/Architectures").Select(Read)];

    /// <summary>A page.</summary>
    /// <param name="name">Its path from the repository's root.</param>
    public static DocumentPage Read(string name)
    {
        string[] lines = Repository.Read(name).ReplaceLineEndings("\n").Split('\n');
        List<CodeBlock> blocks = [];
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith(Fence, StringComparison.Ordinal))
            {
                continue;
            }

            int end = Array.FindIndex(lines, i + 1, line => line.TrimEnd() == Fence);
            if (end < 0)
            {
                throw new InvalidDataException($"{name}:{i + 1}: the block has no end.");
            }

            string language = lines[i][Fence.Length..].Trim().Split(' ')[0];
            blocks.Add(new CodeBlock(name, i + 2, language, string.Join('\n', lines[(i + 1)..end])));
            i = end;
        }

        return new DocumentPage(name, lines, blocks);
    }

    private static IEnumerable<string> In(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace(Path.DirectorySeparatorChar, '/'))
            .Order(StringComparer.Ordinal);
}
