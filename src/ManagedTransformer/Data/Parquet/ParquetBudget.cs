namespace ManagedTransformer.Data.Parquet;

/// <summary>
/// How much a file may decompress to: what a few bytes can claim to hold would fill any memory. No text of people is compressed so far.
/// </summary>
/// <param name="fileLength">The bytes of the file.</param>
internal sealed class ParquetBudget(long fileLength)
{
    private const long Least = 16 << 20, LeastPage = 8 << 20, PerByte = 1000, PerValue = 16;

    private long _left = Most(fileLength, Least);

    /// <summary>The bytes of a page at most.</summary>
    public int MostPage { get; } = (int)Most(fileLength, LeastPage);

    /// <summary>Counts a value that is read.</summary>
    /// <param name="length">Its bytes.</param>
    /// <exception cref="InvalidDataException">There were too many.</exception>
    public void Charge(int length)
    {
        _left -= length + PerValue;
        if (_left < 0)
        {
            throw new InvalidDataException(FormattableString.Invariant(
                $"it holds more than {Most(fileLength, Least):N0} bytes of text, too much for a file of {fileLength:N0} bytes"));
        }
    }

    private static long Most(long length, long least) => Math.Min(Array.MaxLength, Math.Max(least, length * PerByte));
}
