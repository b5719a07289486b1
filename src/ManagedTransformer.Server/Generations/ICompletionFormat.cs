using System.Text.Json;
using ManagedTransformer.Generation;

namespace ManagedTransformer.Server.Generations;

/// <summary>The form of a response with generated text.</summary>
internal interface ICompletionFormat
{
    /// <summary>What <c>object</c> says of a whole response.</summary>
    string Kind { get; }

    /// <summary>What <c>object</c> says of a piece.</summary>
    string PieceKind { get; }

    /// <summary>What begins its id.</summary>
    string Prefix { get; }

    /// <summary>True where something is sent before the first token.</summary>
    bool HasBeginning { get; }

    /// <summary>Writes members of a choice that begins.</summary>
    /// <param name="json">Inside the choice.</param>
    /// <param name="choice">The choice.</param>
    void WriteBeginning(Utf8JsonWriter json, TextChoice choice);

    /// <summary>Writes members of a choice that has a further step.</summary>
    /// <param name="json">Inside the choice.</param>
    /// <param name="choice">The choice as it was before the step.</param>
    /// <param name="step">The step.</param>
    void WritePiece(Utf8JsonWriter json, TextChoice choice, GenerationStep step);

    /// <summary>Writes members of a choice that is over.</summary>
    /// <param name="json">Inside the choice.</param>
    /// <param name="choice">The choice.</param>
    void WriteWhole(Utf8JsonWriter json, TextChoice choice);
}
