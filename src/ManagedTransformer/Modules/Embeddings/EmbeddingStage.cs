using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Embeddings;

/// <summary>The way from looked-up vectors of tokens to a model's input; positions are its business.</summary>
internal abstract class EmbeddingStage : Module
{
    /// <summary>Adds positions, and whatever else stands in front of the first layer.</summary>
    /// <param name="embedded">[B, T, width of the table]</param>
    /// <param name="tokens">Int32 [B, T]</param>
    /// <param name="context">Dropout.</param>
    /// <param name="starts">How many tokens came before (cached decoding; with a padding id, none of them padding): one number for all
    /// rows, or one per row.</param>
    /// <returns>[B, T, dim]</returns>
    public abstract Tensor Forward(Tensor embedded, Tensor tokens, ForwardContext context, ReadOnlySpan<int> starts);
}
