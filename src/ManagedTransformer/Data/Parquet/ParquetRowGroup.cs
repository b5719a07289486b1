namespace ManagedTransformer.Data.Parquet;

/// <summary>A group of rows.</summary>
/// <param name="Rows">Their number.</param>
/// <param name="Chunks">The values of each column.</param>
internal sealed record ParquetRowGroup(long Rows, IReadOnlyList<ParquetChunk> Chunks);
