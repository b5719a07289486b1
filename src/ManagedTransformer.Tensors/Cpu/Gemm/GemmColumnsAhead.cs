using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// What the next block of k reads of a factor whose rows are steps of k: columns of lines, each of which a micro-tile of this block asks
/// for.
/// </summary>
internal unsafe struct GemmColumnsAhead(float* start, nint stride, int rows, int width)
{
    private float* _next = start;
    private int _left = rows > 0 ? width : 0;

    /// <summary>True if there are columns that nobody has asked for.</summary>
    public readonly bool HasNext => _left > 0;

    /// <summary>The next column.</summary>
    public GemmAhead Next()
    {
        GemmAhead column = new(_next, stride);
        _next += Prefetch.Line;
        _left -= Prefetch.Line;
        return column;
    }
}
