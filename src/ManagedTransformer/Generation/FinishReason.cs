namespace ManagedTransformer.Generation;

/// <summary>The reason why a generated text ended.</summary>
public enum FinishReason
{
    /// <summary>It has as many tokens as were asked for.</summary>
    Length,

    /// <summary>The model ended it (<c>end_of_text</c> of its description).</summary>
    EndOfText,

    /// <summary>One of <see cref="GenerationOptions.StopTokens"/> came.</summary>
    StopToken,

    /// <summary>One of <see cref="GenerationOptions.StopStrings"/> came.</summary>
    StopString,
}
