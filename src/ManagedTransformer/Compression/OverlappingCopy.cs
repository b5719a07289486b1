namespace ManagedTransformer.Compression;

/// <summary>Copies of what a decoder wrote before, which may reach into what they write.</summary>
internal static class OverlappingCopy
{
    /// <summary>Copies within a buffer; the caller has checked the bounds.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="position">Where to write.</param>
    /// <param name="offset">How far back to read, at least 1.</param>
    /// <param name="length">How many bytes.</param>
    public static void Run(Span<byte> buffer, int position, int offset, int length)
    {
        // What is copied repeats itself, so that each round can copy all that stands there.
        int start = position - offset;
        while (length > 0)
        {
            int count = Math.Min(position - start, length);
            buffer.Slice(start, count).CopyTo(buffer[position..]);
            position += count;
            length -= count;
        }
    }
}
