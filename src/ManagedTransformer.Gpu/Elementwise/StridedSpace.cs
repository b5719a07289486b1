using ManagedTransformer.Tensors.Cpu.Elementwise;

namespace ManagedTransformer.Gpu;

/// <summary>
/// The sizes of up to six axes, innermost first, with fewer than 2^31 elements in all (<see cref="StridedPiece"/>): the coordinates of an
/// element take one division of 32 bits per axis but the last, which <see cref="IterationSpace"/> has merged to one or two in most calls.
/// </summary>
internal struct StridedSpace
{
    public uint Count;
    public int Rank;
    private uint _n0, _n1, _n2, _n3, _n4;

    /// <summary>The first elements of a space.</summary>
    public static StridedSpace Of(in IterationSpace space, uint count)
    {
        int last = space.Rank - 1;
        return new StridedSpace
        {
            Count = count,
            Rank = space.Rank,
            _n0 = (uint)space.Size(last),
            _n1 = last > 0 ? (uint)space.Size(last - 1) : 1,
            _n2 = last > 1 ? (uint)space.Size(last - 2) : 1,
            _n3 = last > 2 ? (uint)space.Size(last - 3) : 1,
            _n4 = last > 3 ? (uint)space.Size(last - 4) : 1,
        };
    }

    /// <summary>The coordinates of the element with a row-major number.</summary>
    public readonly AxisPlace Locate(uint number)
    {
        AxisPlace place = default;
        if (Rank == 1)
        {
            place.C0 = (int)number;
            return place;
        }

        uint rest = number / _n0;
        place.C0 = (int)(number - (rest * _n0));
        place.C1 = (int)rest;
        if (Rank > 2)
        {
            uint next = rest / _n1;
            place.C1 = (int)(rest - (next * _n1));
            place.C2 = (int)next;
            if (Rank > 3)
            {
                rest = next / _n2;
                place.C2 = (int)(next - (rest * _n2));
                place.C3 = (int)rest;
                if (Rank > 4)
                {
                    next = rest / _n3;
                    place.C3 = (int)(rest - (next * _n3));
                    rest = next / _n4;
                    place.C4 = (int)(next - (rest * _n4));
                    place.C5 = (int)rest;
                }
            }
        }

        return place;
    }
}
