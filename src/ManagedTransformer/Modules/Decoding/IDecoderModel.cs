using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Decoding;

/// <summary>A stack of layers that predicts tokens, as a depth mechanism sees it.</summary>
internal interface IDecoderModel
{
    /// <summary>The layers, and the norm that all exits share.</summary>
    LayerStack Stack { get; }

    /// <summary>Number of tokens that are scored.</summary>
    int Vocabulary { get; }

    /// <summary>Whether the exits of layers have output projections of their own.</summary>
    bool HasExitProjections { get; }

    /// <summary>What the output projection reads of normalised states.</summary>
    /// <param name="states">[..., D]</param>
    /// <param name="context">Dropout.</param>
    Tensor Head(Tensor states, ForwardContext context);

    /// <summary>Scores of every token.</summary>
    /// <param name="layer">The layer, from 0, behind which the states were taken.</param>
    /// <param name="hidden">Made by <see cref="Head"/>, [..., D].</param>
    /// <returns>[..., V]</returns>
    Tensor Scores(int layer, Tensor hidden);

    /// <summary>Cross-entropy, without keeping the scores.</summary>
    /// <param name="layer">The layer, from 0, behind which the states were taken.</param>
    /// <param name="hidden">Made by <see cref="Head"/>, [..., D].</param>
    /// <param name="targets">Int32, the leading shape.</param>
    /// <param name="options">Smoothing and reduction.</param>
    /// <param name="context">Dropout.</param>
    CrossEntropyResult Loss(int layer, Tensor hidden, Tensor targets, CrossEntropyOptions options, ForwardContext context);
}
