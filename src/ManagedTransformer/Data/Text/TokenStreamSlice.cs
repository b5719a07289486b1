namespace ManagedTransformer.Data.Text;

/// <summary>A part of another stream.</summary>
internal sealed class TokenStreamSlice(TokenStream source, long start, long length) : TokenStream
{
    public override long Length => length;

    internal override void ReadTargets(long position, Span<int> destination) => source.ReadTargets(start + position, destination);

    protected override void ReadCore(long position, Span<int> destination) => source.Read(start + position, destination);
}
