using System.Collections.Frozen;
using System.Globalization;

namespace FlashDiffusion.Pictures.ContactSheets;

/// <summary>
/// A small alphabet of our own, 5x7 dots and two rows for descenders, so that labels look the same on machines with no fonts at all (containers have none).
/// Each glyph is seven or nine rows of two hexadecimal digits, the leftmost dot in bit 4; blank columns at both sides are cut away.
/// </summary>
internal static class Glyphs
{
    public const int Height = 9;

    private const int Width = 5;

    private static readonly FrozenDictionary<char, bool[,]> Known = new Dictionary<char, string>
        {
            ['0'] = "0E11131519110E", ['1'] = "040C040404040E", ['2'] = "0E11010204081F", ['3'] = "1F02040201110E",
            ['4'] = "02060A121F0202", ['5'] = "1F101E0101110E", ['6'] = "0608101E11110E", ['7'] = "1F010204080808",
            ['8'] = "0E11110E11110E", ['9'] = "0E11110F01020C", ['A'] = "0E1111111F1111", ['B'] = "1E11111E11111E",
            ['C'] = "0E11101010110E", ['D'] = "1C12111111121C", ['E'] = "1F10101E10101F", ['F'] = "1F10101E101010",
            ['G'] = "0E11101711110F", ['H'] = "1111111F111111", ['I'] = "0E04040404040E", ['J'] = "0702020202120C",
            ['K'] = "11121418141211", ['L'] = "1010101010101F", ['M'] = "111B1515111111", ['N'] = "11111915131111",
            ['O'] = "0E11111111110E", ['P'] = "1E11111E101010", ['Q'] = "0E11111115120D", ['R'] = "1E11111E141211",
            ['S'] = "0F10100E01011E", ['T'] = "1F040404040404", ['U'] = "1111111111110E", ['V'] = "11111111110A04",
            ['W'] = "1111111515150A", ['X'] = "11110A040A1111", ['Y'] = "1111110A040404", ['Z'] = "1F01020408101F",
            ['a'] = "00000E010F110F", ['b'] = "1010161911111E", ['c'] = "00000E1010110E", ['d'] = "01010D1311110F",
            ['e'] = "00000E111F100E", ['f'] = "0609081C080808", ['g'] = "00000F1111110F010E", ['h'] = "10101619111111",
            ['i'] = "04000C0404040E", ['j'] = "02000602020202120C", ['k'] = "10101214181412", ['l'] = "0C04040404040E",
            ['m'] = "00001A15151111", ['n'] = "00001619111111", ['o'] = "00000E1111110E", ['p'] = "00001E1111111E1010",
            ['q'] = "00000F1111110F0101", ['r'] = "00001619101010", ['s'] = "00000E100E011E", ['t'] = "08081C08080906",
            ['u'] = "0000111111130D", ['v'] = "00001111110A04", ['w'] = "0000111115150A", ['x'] = "0000110A040A11",
            ['y'] = "0000111111110F010E", ['z'] = "00001F0204081F", ['!'] = "04040404000004", ['"'] = "0A0A0A00000000",
            ['#'] = "0A0A1F0A1F0A0A", ['$'] = "040F140E051E04", ['%'] = "18190204081303", ['&'] = "0C12140815120D",
            ['\''] = "04040800000000", ['('] = "02040808080402", [')'] = "08040202020408", ['*'] = "0004150E150400",
            ['+'] = "0004041F040400", [','] = "00000000000C0C0408", ['-'] = "0000001F000000", ['.'] = "00000000000C0C",
            ['/'] = "00010204081000", [':'] = "000C0C000C0C00", [';'] = "000C0C000C0408", ['<'] = "02040810080402",
            ['='] = "00001F001F0000", ['>'] = "08040201020408", ['?'] = "0E110102040004", ['@'] = "0E11010D15150E",
            ['['] = "0E08080808080E", ['\\'] = "00100804020100", [']'] = "0E02020202020E", ['^'] = "040A1100000000",
            ['_'] = "0000000000001F", ['`'] = "08040200000000", ['{'] = "02040408040402", ['|'] = "04040404040404",
            ['}'] = "08040402040408", ['~'] = "00000815020000", ['→'] = "0004021F020400", ['×'] = "00110A040A1100",
            ['σ'] = "00000F1211110E", ['²'] = "0C02040E000000", ['±'] = "04041F0404001F", ['°'] = "06090906000000",
            ['·'] = "00000004000000",
        }
        .ToFrozenDictionary(pair => pair.Key, pair => Parse(pair.Value));

    /// <summary>Dots of a character, (9, its width); a question mark for those that were never drawn.</summary>
    public static bool[,] Dots(char character) =>
        character == ' ' ? new bool[Height, 3] : Known.GetValueOrDefault(character, Known['?']);

    private static bool[,] Parse(string rows)
    {
        var bits = Enumerable.Range(0, rows.Length / 2)
            .Select(row => int.Parse(rows.AsSpan(2 * row, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture))
            .ToArray();
        var used = bits.Aggregate((a, b) => a | b);
        var columns = Enumerable.Range(0, Width).Where(column => (used >> (Width - 1 - column) & 1) == 1).ToArray();
        var dots = new bool[Height, columns[^1] - columns[0] + 1];
        for (var row = 0; row < bits.Length; row++)
        {
            for (var column = columns[0]; column <= columns[^1]; column++)
            {
                dots[row, column - columns[0]] = (bits[row] >> (Width - 1 - column) & 1) == 1;
            }
        }

        return dots;
    }
}
