using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Arguments of <see cref="SpanReachCode"/> and <see cref="SpanProbeCode"/>: for every head the slots within its spans, and those that it
/// must compute.
/// </summary>
internal struct SpanReachArguments
{
    public const int GroupSize = 128;

    public SpanArguments Span;
    public ArrayView<int> Near, Slots;
}
