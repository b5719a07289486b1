using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Arguments of <see cref="OutputDotCode"/>: rows of Width elements per sequence, head and query; Dots has a number for each of these Count
/// rows.
/// </summary>
internal struct OutputDotArguments
{
    public HeadOperand Y, DY;
    public ArrayView<float> Dots;
    public long Count;
    public int Heads, QueryLength, Width;
}
