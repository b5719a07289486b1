using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Slots;

/// <summary>A mechanism between the table of tokens and the first layer.</summary>
internal interface IEmbeddingSlot : ISlot
{
    /// <summary>Width of the table of tokens, and of what the output projection reads.</summary>
    int TableWidth { get; }

    /// <summary>The stage, with initial values.</summary>
    /// <param name="dim">Width of the layers.</param>
    /// <param name="activation">The model's activation.</param>
    /// <param name="positions">Absolute positions to add; null for none.</param>
    /// <param name="random">Source of the initial values.</param>
    EmbeddingStage CreateStage(int dim, Activation activation, AbsolutePositions? positions, RandomSource random);
}
