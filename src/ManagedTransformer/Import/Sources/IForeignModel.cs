namespace ManagedTransformer.Import.Sources;

/// <summary>Understands the checkpoints of one program.</summary>
internal interface IForeignModel
{
    /// <summary>Which program.</summary>
    ForeignKind Kind { get; }

    /// <summary>The names by which the tool knows it.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>The options that it takes beside those that all take.</summary>
    IReadOnlyList<string> Options { get; }

    /// <summary>Finds out what model a checkpoint holds. Values of weights are read later.</summary>
    /// <param name="source">The checkpoint.</param>
    /// <exception cref="InputException">It is none of this program, or holds something that cannot be represented.</exception>
    ImportedModel Read(ImportSource source);
}
