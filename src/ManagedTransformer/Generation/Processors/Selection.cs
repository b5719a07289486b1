namespace ManagedTransformer.Generation.Processors;

/// <summary>Partial sorting.</summary>
internal static class Selection
{
    /// <summary>
    /// Moves the smallest values to the front, in any order: Hoare's quickselect, in time linear in the number of values but for unlikely
    /// orders.
    /// </summary>
    /// <param name="values">All different.</param>
    /// <param name="count">How many, from 1 to the number of values.</param>
    public static void MoveSmallest(Span<ulong> values, int count)
    {
        int low = 0, high = values.Length - 1;
        while (low < high)
        {
            ulong pivot = values[low + ((high - low) / 2)];
            int left = low, right = high;
            while (left <= right)
            {
                while (values[left] < pivot)
                {
                    left++;
                }

                while (values[right] > pivot)
                {
                    right--;
                }

                if (left <= right)
                {
                    (values[left], values[right]) = (values[right], values[left]);
                    left++;
                    right--;
                }
            }

            // Everything up to right is at most the pivot, everything from left on at least.
            if (count - 1 <= right)
            {
                high = right;
            }
            else if (count - 1 >= left)
            {
                low = left;
            }
            else
            {
                return;
            }
        }
    }
}
