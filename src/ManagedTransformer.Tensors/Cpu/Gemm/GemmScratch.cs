namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Memory that a thread keeps from one matrix product to the next.</summary>
internal static class GemmScratch
{
    [ThreadStatic]
    private static ThreadScratch? _packedA;

    [ThreadStatic]
    private static ThreadScratch? _packedB;

    [ThreadStatic]
    private static ThreadScratch? _tileOfA;

    [ThreadStatic]
    private static ThreadScratch? _tileOfB;

    [ThreadStatic]
    private static ThreadScratch? _widened;

    /// <summary>For the left factor, shared by the threads that compute the product.</summary>
    public static ThreadScratch PackedA => _packedA ??= new ThreadScratch();

    /// <summary>For the right factor, shared by the threads that compute the product.</summary>
    public static ThreadScratch PackedB => _packedB ??= new ThreadScratch();

    /// <summary>For the part of the left factor that one tile uses.</summary>
    public static ThreadScratch TileOfA => _tileOfA ??= new ThreadScratch();

    /// <summary>For the part of the right factor that one tile uses.</summary>
    public static ThreadScratch TileOfB => _tileOfB ??= new ThreadScratch();

    /// <summary>For some rows of the right factor as floats.</summary>
    public static ThreadScratch Widened => _widened ??= new ThreadScratch();
}
