namespace ManagedTransformer.Data.Parquet;

/// <summary>A field of the schema: a column, or a group of fields.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">How its values are stored; null for a group.</param>
/// <param name="IsText">Whether its values may be texts.</param>
/// <param name="DefinitionLevel">The level at which it is there.</param>
/// <param name="RepetitionLevel">How many lists it is in.</param>
/// <param name="Column">The place among all columns; -1 for a group.</param>
internal sealed record ParquetField(
    string Name, ParquetType? Type, bool IsText, int DefinitionLevel, int RepetitionLevel, int Column)
{
    /// <summary>The fields of a group.</summary>
    public List<ParquetField> Fields { get; } = [];

    /// <summary>What the column holds, for messages.</summary>
    public string Kind => Type is null ? "nested values" : IsText ? "texts" : Type switch
    {
        ParquetType.Boolean => "truth values",
        ParquetType.Int32 or ParquetType.Int64 => "integers or times",
        ParquetType.Float or ParquetType.Double => "floating-point numbers",
        _ => "values of other kinds",
    };
}
