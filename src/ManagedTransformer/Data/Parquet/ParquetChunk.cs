namespace ManagedTransformer.Data.Parquet;

/// <summary>Where the values of a column are, in one group of rows.</summary>
/// <param name="Codec">How they are compressed.</param>
/// <param name="Values">Their number, with those that are absent.</param>
/// <param name="Start">The place of the first page.</param>
/// <param name="Length">The bytes of all pages.</param>
internal readonly record struct ParquetChunk(ParquetCodec Codec, long Values, long Start, long Length);
