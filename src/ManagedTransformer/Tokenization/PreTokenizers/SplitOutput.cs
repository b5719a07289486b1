namespace ManagedTransformer.Tokenization.PreTokenizers;

/// <summary>Takes the ranges of a split piece in order and gives out pieces. Empty ranges count in merging and are dropped.</summary>
/// <param name="output">Receives the pieces.</param>
/// <param name="piece">The piece that is split.</param>
/// <param name="behavior">What becomes of matches.</param>
internal struct SplitOutput(List<Piece> output, Piece piece, SplitBehavior behavior)
{
    private int _start, _end;
    private bool _hasRange, _isMatch;

    /// <summary>Takes a range.</summary>
    /// <param name="start">Where it begins in the piece.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="isMatch">Whether it is a match.</param>
    public void Add(int start, int end, bool isMatch)
    {
        bool joins = _hasRange && behavior switch
        {
            SplitBehavior.Contiguous => _isMatch == isMatch,
            SplitBehavior.MergedWithPrevious => isMatch && !_isMatch,
            SplitBehavior.MergedWithNext => !isMatch && _isMatch,
            _ => false,
        };
        if (joins)
        {
            (_end, _isMatch) = (end, isMatch);
            return;
        }

        Finish();
        (_start, _end, _hasRange, _isMatch) = (start, end, true, isMatch);
    }

    /// <summary>Gives out what is left.</summary>
    public readonly void Finish()
    {
        if (_hasRange && _end > _start && !(behavior == SplitBehavior.Removed && _isMatch))
        {
            output.Add(new(piece.Start + _start, piece.Start + _end, piece.IsFirst && _start == 0));
        }
    }
}
