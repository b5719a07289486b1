using ManagedTransformer.Files;
using ManagedTransformer.Hashing;

namespace ManagedTransformer.Data.Text;

/// <summary>
/// Writes a token file piece by piece into a temporary file beside it; <see cref="Complete"/> gives it its name. Without that call the
/// temporary file is removed and an existing file of that name stays as it is.
/// </summary>
internal sealed class TokenFileWriter : IDisposable
{
    private readonly string _path;
    private readonly string _temporary;
    private readonly FileStream _stream;
    private readonly int _vocabularySize;
    private readonly ulong _fingerprint;
    private readonly int _width;
    private ulong _checksum = Fnv1a.Seed;
    private bool _completed;

    /// <summary>Begins a token file.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="vocabularySize">The number of different ids, at least 1; it decides whether an id takes 1, 2 or 4 bytes.</param>
    /// <param name="tokenizerFingerprint">See <see cref="Tokenization.Tokenizer.Fingerprint"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="vocabularySize"/> is less than 1.</exception>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public TokenFileWriter(string path, int vocabularySize, ulong tokenizerFingerprint = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, 1);
        _path = path;
        _temporary = AtomicFile.TemporarySibling(path);
        _vocabularySize = vocabularySize;
        _fingerprint = tokenizerFingerprint;
        _width = TokenWidth.For(vocabularySize);
        try
        {
            _stream = new FileStream(_temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
            _stream.Write(new byte[TokenFileHeader.Size]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The file '{path}' cannot be written: {e.Message}", e);
        }
    }

    /// <summary>The number of ids written so far.</summary>
    public long Count { get; private set; }

    /// <summary>Appends ids.</summary>
    /// <param name="ids">Ids from 0 to the size of the vocabulary - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id lies outside the vocabulary.</exception>
    public void Write(ReadOnlySpan<int> ids)
    {
        int wrong = ids.IndexOfAnyExceptInRange(0, _vocabularySize - 1);
        if (wrong >= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(ids), ids[wrong],
                $"The id at {wrong} lies outside the vocabulary of {_vocabularySize}.");
        }

        byte[] packed = new byte[Math.Min(ids.Length, 1 << 14) * _width];
        for (; ids.Length > 0; ids = ids[Math.Min(ids.Length, 1 << 14)..])
        {
            ReadOnlySpan<int> piece = ids[..Math.Min(ids.Length, 1 << 14)];
            Span<byte> bytes = packed.AsSpan(0, piece.Length * _width);
            TokenWidth.Pack(piece, _width, bytes);
            _checksum = Fnv1a.Append(_checksum, bytes);
            _stream.Write(bytes);
            Count += piece.Length;
        }
    }

    /// <summary>Writes the header, flushes the file to the disk and gives it its name.</summary>
    public void Complete()
    {
        ObjectDisposedException.ThrowIf(_completed, this);
        _stream.Position = 0;
        _stream.Write(new TokenFileHeader(_width, Count, _vocabularySize, _fingerprint, _checksum).ToBytes());
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        File.Move(_temporary, _path, overwrite: true);
        _completed = true;
    }

    /// <summary>Removes the temporary file where <see cref="Complete"/> was not called.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        if (!_completed)
        {
            File.Delete(_temporary);
        }
    }
}
