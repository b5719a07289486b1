namespace ManagedTransformer.Tokenization.Models;

/// <summary>A walk through the tokens that a text begins with, byte by byte.</summary>
/// <param name="index">The tokens.</param>
internal struct TokenWalk(TokenIndex index)
{
    private int _low, _high, _depth;
    private byte _first;

    /// <summary>Takes the next byte.</summary>
    /// <param name="value">The byte.</param>
    /// <param name="token">The place in the vocabulary of the token of just the bytes so far; -1 for none.</param>
    /// <returns>False where no token begins with the bytes so far.</returns>
    public bool Step(byte value, out int token)
    {
        _first = _depth == 0 ? value : _first;
        return index.Step(value, _depth++, _first, ref _low, ref _high, out token);
    }
}
