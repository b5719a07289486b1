using System.Buffers.Binary;

namespace ManagedTransformer.Data.Parquet;

/// <summary>The texts of a page, one after another; each holds until the next one is read.</summary>
internal abstract class TextValues
{
    /// <summary>The next text.</summary>
    /// <exception cref="InvalidDataException">There is none, or it is damaged.</exception>
    public abstract ReadOnlyMemory<byte> Next();

    /// <summary>Texts with their lengths in front.</summary>
    /// <param name="bytes">The page.</param>
    public static TextValues Plain(ReadOnlyMemory<byte> bytes) => new PlainValues(bytes);

    /// <summary>Places in a dictionary.</summary>
    /// <param name="bytes">The page.</param>
    /// <param name="dictionary">The dictionary.</param>
    public static TextValues Places(ReadOnlyMemory<byte> bytes, IReadOnlyList<ReadOnlyMemory<byte>> dictionary) =>
        new DictionaryValues(bytes, dictionary);

    /// <summary>Lengths, then all texts.</summary>
    /// <param name="bytes">The page.</param>
    /// <param name="count">As many as that at most.</param>
    public static TextValues Lengths(ReadOnlyMemory<byte> bytes, int count) => new LengthValues(bytes, count);

    /// <summary>Beginnings that are shared with the text before, and the rest of each.</summary>
    /// <param name="bytes">The page.</param>
    /// <param name="count">As many as that at most.</param>
    public static TextValues Differences(ReadOnlyMemory<byte> bytes, int count) => new DifferenceValues(bytes, count);

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new InvalidDataException("a page is damaged");
        }
    }

    private sealed class PlainValues(ReadOnlyMemory<byte> bytes) : TextValues
    {
        private ReadOnlyMemory<byte> _rest = bytes;

        public override ReadOnlyMemory<byte> Next()
        {
            Require(_rest.Length >= sizeof(int));
            int length = BinaryPrimitives.ReadInt32LittleEndian(_rest.Span);
            Require(length >= 0 && length <= _rest.Length - sizeof(int));
            ReadOnlyMemory<byte> text = _rest.Slice(sizeof(int), length);
            _rest = _rest[(sizeof(int) + length)..];
            return text;
        }
    }

    private sealed class DictionaryValues : TextValues
    {
        private readonly RunLengths _places;
        private readonly IReadOnlyList<ReadOnlyMemory<byte>> _dictionary;

        public DictionaryValues(ReadOnlyMemory<byte> bytes, IReadOnlyList<ReadOnlyMemory<byte>> dictionary)
        {
            // A page whose values are all absent may be empty.
            int width = bytes.IsEmpty ? 0 : bytes.Span[0];
            Require(width <= 32);
            (_places, _dictionary) = (new RunLengths(bytes.IsEmpty ? bytes : bytes[1..], width), dictionary);
        }

        public override ReadOnlyMemory<byte> Next()
        {
            uint place = _places.Next();
            Require(place < _dictionary.Count);
            return _dictionary[(int)place];
        }
    }

    private sealed class LengthValues(ReadOnlyMemory<byte> bytes, int count) : TextValues
    {
        private readonly DeltaNumbers _lengths = new(bytes);
        private ReadOnlyMemory<byte> _rest = bytes[new DeltaNumbers(bytes).FindEnd(count)..];

        public override ReadOnlyMemory<byte> Next()
        {
            long length = _lengths.Next();
            Require(length >= 0 && length <= _rest.Length);
            ReadOnlyMemory<byte> text = _rest[..(int)length];
            _rest = _rest[(int)length..];
            return text;
        }
    }

    private sealed class DifferenceValues(ReadOnlyMemory<byte> bytes, int count) : TextValues
    {
        private readonly DeltaNumbers _shared = new(bytes);
        private readonly LengthValues _rest = new(bytes[new DeltaNumbers(bytes).FindEnd(count)..], count);
        private byte[] _text = [];
        private int _length;

        public override ReadOnlyMemory<byte> Next()
        {
            long shared = _shared.Next();
            Require(shared >= 0 && shared <= _length);
            ReadOnlyMemory<byte> rest = _rest.Next();
            _length = checked((int)shared + rest.Length);
            if (_length > _text.Length)
            {
                Array.Resize(ref _text, Math.Max(_length, (int)Math.Min(2L * _text.Length, Array.MaxLength)));
            }

            rest.CopyTo(_text.AsMemory((int)shared));
            return _text.AsMemory(0, _length);
        }
    }
}
