namespace ManagedTransformer.Tokenization.PreTokenizers;

/// <summary>Splits the pieces of a text further, or writes them anew.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Changes the pieces.</summary>
    public abstract void Apply(Pieces pieces);
}
