using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Embeddings;

/// <summary>Vectors of tokens: one table, or one per cluster of the vocabulary.</summary>
internal abstract class TokenTable : Module
{
    /// <summary>Looks up tokens.</summary>
    /// <param name="tokens">Int32, any shape.</param>
    /// <returns>The shape of the tokens, and the width.</returns>
    public abstract Tensor Forward(Tensor tokens);
}
