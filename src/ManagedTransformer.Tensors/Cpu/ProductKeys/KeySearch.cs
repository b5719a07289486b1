using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.ProductKeys;

/// <summary>
/// The product-key search for a tile of rows of one head: the scores of the tile against each half's keys stay in the cache from the matrix
/// product to the selection, so the scores of all rows never exist together.
/// </summary>
internal unsafe struct KeySearch<TOps, TVector> : IWorkerJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private const long TileScores = 1 << 17;
    private const int FewestRows = 16, MostRows = 128;

    [ThreadStatic]
    private static ThreadScratch? _scratch;

    private float* _query, _keys, _scores;
    private int* _slots;
    private ProductKeyShape _shape;
    private int _tile;
    private KeyQuantile _halves, _pairs;

    public static void Run(float* query, float* keys, float* scores, int* slots, in ProductKeyShape shape)
    {
        if (shape.Rows == 0)
        {
            return;
        }

        long most = Math.Clamp(TileScores / shape.Keys, FewestRows, MostRows), tiles = (shape.Rows + most - 1) / most;
        var job = new KeySearch<TOps, TVector>
        {
            _query = query,
            _keys = keys,
            _scores = scores,
            _slots = slots,
            _shape = shape,
            _tile = (int)((shape.Rows + tiles - 1) / tiles),
            _halves = KeyThreshold<TOps, TVector>.Guess(shape.Keys, shape.Kept),
            _pairs = BestKeys<TOps, TVector>.GuessOfPairs(shape.Kept),
        };
        WorkerPool.Shared.Run(checked((int)(tiles * shape.Heads)), ref job);
    }

    public readonly void Execute(int chunk)
    {
        (int heads, int kept) = (_shape.Heads, _shape.Kept);
        int head = chunk % heads;
        long row = chunk / heads * (long)_tile;
        int rows = (int)Math.Min(_tile, _shape.Rows - row);
        if (rows <= 0)
        {
            return;
        }

        // The tile's scores; the first half's best of every row; the second half's best of one row, in whole vectors; room to select.
        int stride = BestKeys<TOps, TVector>.RoundUp(_shape.Keys), list = BestKeys<TOps, TVector>.RoundUp(kept);
        int roomSize = Math.Max(BestKeys<TOps, TVector>.SelectRoom(_shape.Keys), BestKeys<TOps, TVector>.PairRoom(kept));
        ThreadScratch scratch = _scratch ??= new ThreadScratch();
        scratch.Reserve(((nint)_tile * (stride + (2 * kept))) + (2 * list) + roomSize);
        float* tile = scratch.Take((nint)_tile * stride), first = scratch.Take((nint)_tile * kept), second = scratch.Take(list);
        int* firstNumbers = (int*)scratch.Take((nint)_tile * kept), secondNumbers = (int*)scratch.Take(list);
        float* room = scratch.Take(roomSize);
        Multiply(tile, stride, row, rows, head, 0);
        for (int i = 0; i < rows; i++)
        {
            BestKeys<TOps, TVector>.Select(tile + ((nint)i * stride), null, _shape.Keys, kept, _halves, room,
                first + (i * kept), firstNumbers + (i * kept));
        }

        Multiply(tile, stride, row, rows, head, 1);
        for (int i = 0; i < rows; i++)
        {
            BestKeys<TOps, TVector>.Select(tile + ((nint)i * stride), null, _shape.Keys, kept, _halves, room, second,
                secondNumbers);
            long place = (((row + i) * heads) + head) * kept;
            BestKeys<TOps, TVector>.Pair(
                first + (i * kept), firstNumbers + (i * kept), second, secondNumbers, kept, _shape.Keys, _pairs, room,
                _scores + place, _slots + place);
        }
    }

    /// <summary>tile[i, j] = the product of half a query and half key j.</summary>
    private readonly void Multiply(float* tile, int stride, long row, int rows, int head, int half) =>
        Gemm.RunSingle<TOps, TVector>(new GemmProblem
        {
            M = rows,
            N = _shape.Keys,
            K = _shape.Half,
            A = _query + (((((row * _shape.Heads) + head) * 2) + half) * _shape.Half),
            Lda = (long)_shape.Heads * 2 * _shape.Half,
            B = _keys + (((head * 2L) + half) * _shape.Keys * _shape.Half),
            Ldb = _shape.Half,
            TransposeB = true,
            C = tile,
            Ldc = stride,
        });
}
