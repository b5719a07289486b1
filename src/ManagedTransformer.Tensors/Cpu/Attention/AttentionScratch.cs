namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>Memory that a thread keeps from one attention to the next.</summary>
internal static class AttentionScratch
{
    [ThreadStatic]
    private static ThreadScratch? _tiles;

    [ThreadStatic]
    private static ThreadScratch? _partials;

    /// <summary>This thread's memory for the tiles of one chunk of work.</summary>
    public static ThreadScratch Tiles => _tiles ??= new ThreadScratch();

    /// <summary>This thread's memory for what the chunks of a job leave for the thread that asked for it.</summary>
    public static ThreadScratch Partials => _partials ??= new ThreadScratch();
}
