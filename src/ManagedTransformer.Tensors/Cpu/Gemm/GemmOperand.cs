namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// The panels of A or B for one block of k, as the micro-kernel finds them: element (w, i) of panel j stands at Start + j * PanelStride + w
/// * ElementStride + i * StepStride.
/// </summary>
internal readonly unsafe struct GemmOperand(float* start, nint panelStride, nint elementStride, nint stepStride)
{
    /// <summary>First element of the first panel.</summary>
    public readonly float* Start = start;

    /// <summary>From one panel to the next.</summary>
    public readonly nint PanelStride = panelStride;

    /// <summary>From one row of A (column of B) to the next.</summary>
    public readonly nint ElementStride = elementStride;

    /// <summary>From one step of k to the next.</summary>
    public readonly nint StepStride = stepStride;

    /// <summary>Panels of the given width and depth that were packed one after the other.</summary>
    public static GemmOperand Packed(float* start, int width, int depth) => new(start, (nint)width * depth, 1, width);
}
