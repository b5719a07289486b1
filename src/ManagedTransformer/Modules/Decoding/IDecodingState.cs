using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Decoding;

/// <summary>Everything that a stack has read, as a step of generation sees it.</summary>
internal interface IDecodingState
{
    /// <summary>Self-attention, one state per layer.</summary>
    IReadOnlyList<LayerState> Layers { get; }

    /// <summary>Rows side by side.</summary>
    int Rows { get; }

    /// <summary>Positions that every row has read.</summary>
    int Length { get; }

    /// <summary>State of the depth mechanism; null where every token runs all layers.</summary>
    IDepthState? Depth { get; }

    /// <summary>Looked at before every layer, so that a long prompt can be given up; what was read until then is lost.</summary>
    CancellationToken Cancellation { get; }

    /// <summary>Attention of rows to the memories they belong to.</summary>
    /// <param name="layer">Whose attention.</param>
    /// <param name="x">[n, 1, D]</param>
    /// <param name="rows">Which rows these are; null for all.</param>
    /// <returns>[n, 1, D]</returns>
    Tensor AttendToMemory(int layer, Tensor x, int[]? rows);

    /// <summary>Counts positions that every layer has read.</summary>
    void Advance(int count);
}
