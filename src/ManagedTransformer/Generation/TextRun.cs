namespace ManagedTransformer.Generation;

/// <summary>A text that is being generated: its tokens, the text they make, and what ended it.</summary>
internal sealed class TextRun
{
    private readonly GenerationOptions _options;
    private readonly IReadOnlyList<int> _ends;
    private readonly TextContinuation _continuation;
    private readonly StopStrings _stops;

    /// <summary>A text without tokens.</summary>
    /// <param name="source">Its tokens, to be disposed of by whoever began it.</param>
    /// <param name="continuation">What they say.</param>
    /// <param name="options">Validated options.</param>
    /// <param name="ends">Tokens with which the model ends texts.</param>
    public TextRun(TokenSource source, TextContinuation continuation, GenerationOptions options, IReadOnlyList<int> ends)
    {
        (Source, _continuation, _options, _ends) = (source, continuation, options, ends);
        _stops = new StopStrings(options.StopStrings);
        Finish = options.MaxTokens == 0 ? FinishReason.Length : null;
    }

    /// <summary>The tokens.</summary>
    public TokenSource Source { get; }

    /// <summary>Tokens generated so far, without one that ended the text.</summary>
    public int Tokens { get; private set; }

    /// <summary>The reason why the text ended; null as long as it is not over.</summary>
    public FinishReason? Finish { get; private set; }

    /// <summary>The stop string that ended the text; null where none did.</summary>
    public string? StopString { get; private set; }

    /// <summary>Takes the token over that the source has drawn.</summary>
    /// <param name="isDrawn">False where it is a stop token.</param>
    public GenerationStep Take(bool isDrawn)
    {
        string piece = "";
        if (isDrawn)
        {
            Tokens++;
            piece = _continuation.Append(Source.Token);
            Finish = Tokens == _options.MaxTokens ? FinishReason.Length : null;
        }
        else
        {
            Finish = _ends.Contains(Source.Token) ? FinishReason.EndOfText : FinishReason.StopToken;
        }

        string text = _stops.Append(piece);
        if (Finish is not null && _stops.Found is null)
        {
            text += _stops.Append(_continuation.Flush());
            text += _stops.Flush();
        }

        if (_stops.Found is not null)
        {
            (Finish, StopString) = (FinishReason.StopString, _stops.Found);
        }

        return new GenerationStep(Source.Token, text)
        {
            LogProbability = Source.LogProbability,
            Likeliest = Source.Likeliest,
            Finish = Finish,
        };
    }
}
