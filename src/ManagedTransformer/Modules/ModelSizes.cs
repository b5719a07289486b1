namespace ManagedTransformer.Modules;

/// <summary>Sizes of a model that its mechanisms are checked against.</summary>
/// <param name="Dim">Width.</param>
/// <param name="Layers">Layers of a stack; of an encoder-decoder model those of the decoder.</param>
/// <param name="Heads">Heads.</param>
/// <param name="IsTied">Whether the table of tokens is also the output projection.</param>
public readonly record struct ModelSizes(int Dim, int Layers, int Heads, bool IsTied)
{
    // Beyond every published model, and below what makes numbers of elements overflow. Every layer takes objects even where its weights
    // are only described, so that a file of a few bytes must not ask for many.
    internal const int MostWidth = 1 << 24, MostLayers = 1000, MostPositions = 1 << 30, MostVocabulary = 1 << 28;
}
