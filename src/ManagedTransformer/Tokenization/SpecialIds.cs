namespace ManagedTransformer.Tokenization;

/// <summary>The tokens that every translation vocabulary begins with. A decoder begins with eos, not with bos.</summary>
internal static class SpecialIds
{
    /// <summary>Begin of sentence; in the vocabulary by convention, used by no model here.</summary>
    public const int Bos = 0;

    /// <summary>Padding.</summary>
    public const int Pad = 1;

    /// <summary>End of sentence, and what a decoder reads first.</summary>
    public const int Eos = 2;

    /// <summary>The id of text outside the vocabulary.</summary>
    public const int Unknown = 3;

    /// <summary>The first ordinary token.</summary>
    public const int FirstOrdinary = 4;
}
