using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FlashDiffusion.Models.Networks;

/// <summary>Small matrices as <see cref="WinogradProduct"/> reads its second factor: panels of 64 columns, the last perhaps of 32.</summary>
internal static unsafe class PanelMatrix
{
    private const int Lanes = WinogradWork.Lanes;
    private const int Block = 4;

    /// <summary>Copies a matrix into panels.</summary>
    /// <param name="from">(rows, columns), lines a stride apart.</param>
    /// <param name="stride">Numbers from one line to the next.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns, a multiple of 32.</param>
    /// <param name="factor">Each number is multiplied with it.</param>
    /// <param name="to">Room for (inner, columns).</param>
    /// <param name="inner">Rows of the panels; those beyond the matrix become zeros.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(float* from, int stride, int rows, int columns, float factor, float* to, int inner)
    {
        var factors = Vector512.Create(factor);
        for (var first = 0; first < columns; first += WinogradProduct.Panel)
        {
            var width = Math.Min(WinogradProduct.Panel, columns - first);
            for (var row = 0; row < rows; row++, to += width)
            {
                var line = from + ((long)row * stride) + first;
                for (var column = 0; column < width; column += Lanes)
                {
                    (Vector512.Load(line + column) * factors).Store(to + column);
                }
            }

            new Span<float>(to, (inner - rows) * width).Clear();
            to += (inner - rows) * width;
        }
    }

    /// <summary>Copies the transpose of a matrix into panels.</summary>
    /// <param name="from">(rows, columns), lines a stride apart.</param>
    /// <param name="stride">Numbers from one line to the next.</param>
    /// <param name="rows">Rows, a multiple of 4: columns of the panels.</param>
    /// <param name="columns">Columns, a multiple of 4: rows of the panels.</param>
    /// <param name="to">Room for (columns, outer).</param>
    /// <param name="outer">Columns of the panels, a multiple of 32; those beyond the matrix become zeros.</param>
    public static void PackTransposed(float* from, int stride, int rows, int columns, float* to, int outer)
    {
        if (outer > rows)
        {
            new Span<float>(to, columns * outer).Clear();
        }

        for (var first = 0; first < rows; first += WinogradProduct.Panel)
        {
            var width = Math.Min(WinogradProduct.Panel, outer - first);
            Transpose(from + ((long)first * stride), stride, Math.Min(width, rows - first), columns, to + ((long)first * columns), width);
        }
    }

    /// <summary>Copies the transpose of a matrix.</summary>
    /// <param name="from">(rows, columns), lines a stride apart.</param>
    /// <param name="stride">Numbers from one line to the next.</param>
    /// <param name="rows">Rows, a multiple of 4.</param>
    /// <param name="columns">Columns, a multiple of 4.</param>
    /// <param name="to">(columns, rows), lines the other stride apart.</param>
    /// <param name="toStride">Numbers from one line to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* from, int stride, int rows, int columns, float* to, int toStride)
    {
        for (var row = 0; row < rows; row += Block)
        {
            for (var column = 0; column < columns; column += Block)
            {
                var at = from + ((long)row * stride) + column;
                var into = to + ((long)column * toStride) + row;
                var (a, b, c, d) = (Vector128.Load(at), Vector128.Load(at + stride), Vector128.Load(at + (2L * stride)), Vector128.Load(at + (3L * stride)));
                var (ab, cd) = (Sse.UnpackLow(a, b), Sse.UnpackLow(c, d));
                Sse.MoveLowToHigh(ab, cd).Store(into);
                Sse.MoveHighToLow(cd, ab).Store(into + toStride);
                (ab, cd) = (Sse.UnpackHigh(a, b), Sse.UnpackHigh(c, d));
                Sse.MoveLowToHigh(ab, cd).Store(into + (2L * toStride));
                Sse.MoveHighToLow(cd, ab).Store(into + (3L * toStride));
            }
        }
    }
}
