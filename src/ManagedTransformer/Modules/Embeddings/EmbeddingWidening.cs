using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Embeddings;

/// <summary>What makes a model's input of embeddings that are narrower than the model; positions are its business.</summary>
public abstract class EmbeddingWidening : Module
{
    /// <summary>Widens embeddings and adds positions.</summary>
    /// <param name="embedded">[B, T, width of the table]</param>
    /// <param name="tokens">Int32 [B, T]</param>
    /// <param name="context">Dropout.</param>
    /// <param name="start">How many tokens came before.</param>
    /// <returns>[B, T, dim]</returns>
    public abstract Tensor Forward(Tensor embedded, Tensor tokens, ForwardContext context, int start);
}
