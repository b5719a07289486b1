namespace ManagedTransformer.Data.Text;

/// <summary>Tokens in memory, each of 1, 2 or 4 bytes.</summary>
internal sealed class PackedTokenStream(ReadOnlyMemory<byte> packed, int width) : TokenStream
{
    public override long Length => packed.Length / width;

    protected override void ReadCore(long position, Span<int> destination) =>
        TokenWidth.Unpack(packed.Span.Slice((int)position * width, destination.Length * width), width, destination);
}
