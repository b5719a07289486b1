namespace ManagedTransformer.Fuzz;

/// <summary>A reader of what strangers give us, and what it is tried with.</summary>
/// <param name="Name">Its name, which is also the folder of its seeds.</param>
/// <param name="Summary">What it reads.</param>
/// <param name="File">The name of the file that is changed, within a folder that is made for it.</param>
/// <param name="Read">Reads it, given the folder.</param>
internal sealed record FuzzTarget(string Name, string Summary, string File, Action<string> Read)
{
    private byte[][]? _seeds;
    private IReadOnlyDictionary<string, byte[]>? _around;

    /// <summary>How the file is built.</summary>
    public FuzzForm Form { get; init; }

    /// <summary>Words that its files have, or that did harm elsewhere.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Makes files as our writers do, of which <see cref="File"/> is a seed and the others stand beside it.</summary>
    public Func<IReadOnlyDictionary<string, byte[]>>? Written { get; init; }

    /// <summary>Makes further seeds.</summary>
    public Func<IEnumerable<byte[]>>? Made { get; init; }

    /// <summary>Makes a changed file fit again where a checksum would hide everything else.</summary>
    public Func<byte[], byte[]>? Mend { get; init; }

    /// <summary>Makes what stands beside a changed file fit to it.</summary>
    public Action<string>? Refresh { get; init; }

    /// <summary>What a reader may write where it succeeds; null for nothing.</summary>
    public string? Output { get; init; }

    /// <summary>An exception that the reader throws by its documentation instead of <see cref="InputException"/>.</summary>
    public Type? Documented { get; init; }

    /// <summary>The files that changes begin with.</summary>
    public IReadOnlyList<byte[]> Seeds => _seeds ??= [.. FindSeeds()];

    /// <summary>What stands beside the file, by its names.</summary>
    public IReadOnlyDictionary<string, byte[]> Around => _around ??=
        (Written?.Invoke() ?? new Dictionary<string, byte[]>()).Where(file => file.Key != File).ToDictionary();

    private IEnumerable<byte[]> FindSeeds()
    {
        if (Written?.Invoke().TryGetValue(File, out byte[]? written) == true)
        {
            yield return written;
        }

        foreach (byte[] made in Made?.Invoke() ?? [])
        {
            yield return made;
        }

        string folder = Path.Combine(AppContext.BaseDirectory, "corpus", Name);
        string[] files = Directory.Exists(folder) ? Directory.GetFiles(folder) : [];
        foreach (string path in files.Order(StringComparer.Ordinal))
        {
            yield return System.IO.File.ReadAllBytes(path);
        }
    }
}
