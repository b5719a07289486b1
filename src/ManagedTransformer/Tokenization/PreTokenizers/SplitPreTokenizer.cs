using ManagedTransformer.Tokenization.Patterns;

namespace ManagedTransformer.Tokenization.PreTokenizers;

/// <summary>Splits by a pattern.</summary>
/// <param name="pattern">The pattern.</param>
/// <param name="behavior">What becomes of its matches.</param>
/// <param name="invert">Whether what is between them counts as match.</param>
internal sealed class SplitPreTokenizer(Pattern pattern, SplitBehavior behavior, bool invert = false) : PreTokenizer
{
    /// <summary>The pattern where its matches are the pieces; null otherwise.</summary>
    public Pattern? Isolated => behavior == SplitBehavior.Isolated ? pattern : null;

    /// <inheritdoc/>
    public override void Apply(Pieces pieces) => pieces.Split(pattern, behavior, invert);
}
