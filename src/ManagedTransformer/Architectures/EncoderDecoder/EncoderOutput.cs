using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.EncoderDecoder;

/// <summary>Encoded sentences: what the decoder attends to.</summary>
/// <param name="States">[B, S, dim]</param>
/// <param name="Padding">Float32 [B, S], 1 at padding; null where there is none.</param>
public sealed record EncoderOutput(Tensor States, Tensor? Padding)
{
    /// <summary>B, the number of sentences.</summary>
    public int Sentences => States.Shape[0];
}
