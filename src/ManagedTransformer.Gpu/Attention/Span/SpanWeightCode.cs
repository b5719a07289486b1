using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Weights before dropout, where they are wanted: a group computes the scores of 64 queries of a head anew,
/// now that what they are divided by is known.
/// </summary>
internal static class SpanWeightCode
{
    public static void Run(SpanArguments arguments)
    {
        ArrayView<Quad> wide = SharedMemory.Allocate<Quad>(SpanProduct.WideMemory);
        ArrayView<Quad> a = SharedMemory.Allocate<Quad>(Tile.StripMemory), b = SharedMemory.Allocate<Quad>(Tile.StripMemory);
        int tiles = Tile.Count(arguments.QueryLength), first = Grid.IdxX % tiles * Tile.Size;
        SpanHead head = SpanHead.Of(arguments, Grid.IdxX / tiles);
        SpanBand band = SpanBand.Of(arguments, head.Slots, first);
        int query = first + (4 * Tile.Column);
        long start = (long)head.Pair * arguments.QueryLength;
        Quad reach = SpanArguments.Reaches(arguments, head.Batch, query, head.Head);
        Quad max = TileNumbers.Load(arguments.Maxima, start, query, arguments.QueryLength, 0);
        Quad inverse = Quad.InverseOrOne(TileNumbers.Load(arguments.Normalizers, start, query, arguments.QueryLength, 1));
        for (int tile = 0; tile < band.Tiles; tile++)
        {
            bool isWindow = tile < band.WindowTiles;
            int key = SpanBand.Row(band, tile), row = key + (4 * Tile.Row);
            SpanPlace place = isWindow
                ? SpanPlace.OfKeys(arguments, head.Slots, row, query)
                : SpanPlace.OfPersistent(arguments, row, query);
            QuadBlock scores = SpanProduct.DotsOfKeys(SpanBand.Keys(head, isWindow), key, head.Queries, first,
                SpanBand.Positions(head, isWindow), a, b, wide);
            scores = QuadBlock.Scale(scores, isWindow ? arguments.Scale : 1);
            QuadBlock weights = QuadBlock.ScaleColumns(QuadBlock.ExpDifference(scores, max), inverse);
            weights = QuadBlock.Multiply(weights, SpanPlace.Clip(SpanPlace.RawMask(arguments, place, reach)));
            if (isWindow ? arguments.HasWeights != 0 : arguments.HasPersistentWeights != 0)
            {
                Store(arguments, place, start, weights, isWindow);
            }
        }

        for (int i = Group.IdxX; i < Tile.Size && arguments.HasWeights != 0; i += Group.DimX)
        {
            // Slots that the head leaves out.
            for (int slot = 0; slot < arguments.Length - head.Slots && first + i < arguments.QueryLength; slot++)
            {
                arguments.Weights[((start + first + i) * arguments.Length) + slot] = 0;
            }
        }
    }

    private static void Store(SpanArguments arguments, SpanPlace place, long start, QuadBlock weights, bool isWindow)
    {
        StoreRow(arguments, place, start, weights.R0, place.Distance, isWindow);
        StoreRow(arguments, place, start, weights.R1, place.Distance - 1, isWindow);
        StoreRow(arguments, place, start, weights.R2, place.Distance - 2, isWindow);
        StoreRow(arguments, place, start, weights.R3, place.Distance - 3, isWindow);
    }

    private static void StoreRow(SpanArguments arguments, SpanPlace place, long start, Quad weights, int distance, bool isWindow)
    {
        StoreOne(arguments, place, start, 0, weights.X, distance, isWindow);
        StoreOne(arguments, place, start, 1, weights.Y, distance + place.Step, isWindow);
        StoreOne(arguments, place, start, 2, weights.Z, distance + (2 * place.Step), isWindow);
        StoreOne(arguments, place, start, 3, weights.W, distance + (3 * place.Step), isWindow);
    }

    private static void StoreOne(SpanArguments arguments, SpanPlace place, long start, int j, float weight, int distance, bool isWindow)
    {
        int query = place.Query + j;
        if (query >= arguments.QueryLength || distance <= place.Below || distance > place.Most)
        {
            return;
        }

        if (isWindow)
        {
            arguments.Weights[((start + query) * arguments.Length) + arguments.Length - distance] = weight;
        }
        else
        {
            arguments.PersistentWeights[((start + query) * arguments.Persistent) - distance] = weight;
        }
    }
}
