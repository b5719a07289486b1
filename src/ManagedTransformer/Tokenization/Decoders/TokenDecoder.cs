namespace ManagedTransformer.Tokenization.Decoders;

/// <summary>Changes the texts of tokens on their way to one text.</summary>
internal abstract class TokenDecoder
{
    /// <summary>Changes the texts in place; may join them.</summary>
    public abstract void Apply(List<string> tokens);
}
