using System.Buffers;
using static Gatehouse.Core.Guards.Checksums;
using static Gatehouse.Core.Guards.Distinct;

namespace Gatehouse.Core.Guards;

/// <summary>The ids of countries, each with its check digits where it has some.</summary>
internal static class NationalIds
{
    private const string Passport = "passport, travel document, reisepass, ausweis, perso, pasaporte, passeport, "
        + "passaporto";

    /// <summary>All of them.</summary>
    public static readonly NationalId[] All =
    [
        new(New("us-ssn", "US social security number", "SSN 460-89-9847", "SSA, randomised since 2011"),
            "ddd-dd-dddd", IsSsn, "ssn, ssns, social security, soc sec", Separated),
        new(New("us-itin", "US taxpayer number", "ITIN 911-70-1234", "IRS"),
            "ddd-dd-dddd", IsItin, "itin, taxpayer, tax id", Separated),
        new(New("us-mbi", "US Medicare number", "MBI 1EG4-TE5-MK73", "CMS, MBI format"),
            "dAwd-Awd-AAdd", IsMbi, "mbi, medicare", Always),
        new(New("ca-sin", "Canadian social insurance number", "my SIN is 130-692-544", "Service Canada; Luhn"),
            "ddd-ddd-ddd", static id => id[0] is not ('0' or '8') && Luhn(id),
            "sin, social insurance, assurance sociale, nas"),
        new(New("uk-nhs", "UK NHS number", "NHS number 943 476 5919", "NHS data dictionary; mod 11"),
            "ddd-ddd-dddd", static id => Mod11(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]), "nhs, health service, patient"),
        new(New("uk-nino", "UK national insurance number", "nino: PR 12 36 12 C", "HMRC, NIM39110"),
            "AA-dd-dd-dd-A|AA-dddddd-A|AAdddddd-A|AA-ddddddA", IsNino, "nino, national insurance", Always),
        new(New("de-tax-id", "German tax id", "Steuer-ID: 86095742719", "BZSt; ISO 7064"),
            "dd-ddd-ddd-ddd", IsGermanTax, "idnr, steuer, tax id, tin, tax identification, steuernummer"),
        new(New("de-pension", "German pension insurance number", "RVNR: 65070803A019", "SGB VI § 147"),
            "dd-dddddd-A-ddd", IsGermanPension, "rvnr, rentenversicherung, sozialversicherung, svnr", Always),
        new(New("de-health", "German health insurance number", "Krankenversicherung A000500015", "SGB V § 290"),
            "Addddddddd", static id => CrossSums(id, [1, 2, 1, 2, 1, 2, 1, 2, 1, 2]),
            "kvnr, krankenvers, krankenkasse, versicherten, health insurance"),
        new(New("de-id-card", "German id card or passport", "Ausweis Nr. T22000129", "ICAO 9303"),
            "Awwwwwwwwd|Awwwwwwww", IsGermanCard,
                "ausweis, personalausweis, reisepass, pass-nr, passport, id card, identity card, perso"),
        new(New("at-svnr", "Austrian insurance number", "SVNR 1237 010180", "ASVG; mod 11"),
            "dddd-dddddd", IsAustrian, "svnr, sozialvers, versicherungsnummer"),
        new(New("ch-ahv", "Swiss insurance number", "756.9217.0769.85", "ZAS; EAN-13"),
            "ddd.dddd.dddd.dd|ddd-dddd-dddd-dd", IsSwiss, "ahv, avs, sozialvers", Always),
        new(New("fr-nir", "French insurance number", "1 84 12 76 451 089 46", "INSEE; mod 97"),
            "d-dd-dd-dw-ddd-ddd-dd", IsFrench, "nir, sécurité sociale, insee", Always),
        new(New("es-nif", "Spanish tax id", "DNI 12345678Z", "Orden INT/2058/2008"),
            "dddddddd-A|ddddddd-A", static id => id[^1] == "TRWAGMYFPDXBNJZSQVHLCKE"[Part(id, 0, id.Length - 1) % 23],
            "nif, dni, documento", Always),
        new(New("es-nie", "Spanish foreigner id", "NIE Z8078221M", "Orden INT/2058/2008"),
            "A-ddddddd-A", IsNie, "nie, extranjero", Always),
        new(New("it-fiscal-code", "Italian fiscal code", "RSSMRA85T10A562S", "DM 12/03/1974"),
            "AAAAAA-wwAww-AwwwA", IsFiscal, "codice fiscale, fiscal", Always),
        new(New("pt-nif", "Portuguese tax id", "NIF 501964843", "AT; mod 11"),
            "ddd-ddd-ddd", static id => id[0] is not '0' && Mod11(id, [9, 8, 7, 6, 5, 4, 3, 2]),
            "nif, contribuinte"),
        new(New("pl-pesel", "Polish PESEL", "pesel 44051401458", "Ustawa o ewidencji ludności"),
            "ddddddddddd", IsPesel, "pesel"),
        new(New("se-personnummer", "Swedish personal number", "871220-2384", "Skatteverket; Luhn"),
            "dddddd-dddd|dddddddd-dddd|dddddd+dddd", IsSwedish,
            "personnummer, pnr, personal identity, swedish id, samordningsnummer", Separated),
        new(New("fi-hetu", "Finnish personal code", "020594X903P", "DVV; mod 31"),
            "ddddddAdddw|dddddd_dddw|dddddd+dddw", IsHetu, "hetu, henkilötunnus, personal identity", Always),
        new(New("dk-cpr", "Danish CPR number", "CPR 211062-5629", "CPR-kontoret"),
            "dddddd-dddd", static id => IsDay(Part(id, 0, 2), Part(id, 2, 2)), "cpr, cpr-nr, personnummer"),
        new(New("no-fnr", "Norwegian birth number", "fødselsnummer 15108695088", "Skatteetaten; mod 11"),
            "dddddd-ddddd", IsNorwegian, "fødselsnummer, fodselsnummer, fnr, personnummer"),
        new(New("nl-bsn", "Dutch citizen number", "BSN 111222333", "RvIG; 11-proof"),
            "dddd-dd-ddd|ddd-ddd-ddd", static id => !IsOneDigit(id)
                && (Weighted(id, [9, 8, 7, 6, 5, 4, 3, 2], 11) - (id[8] - '0') + 11) % 11 == 0,
            "bsn, burgerservice, sofinummer"),
        new(New("be-nrn", "Belgian register number", "85.07.30-033.28", "IBZ; mod 97"),
            "dd.dd.dd-ddd.dd|dddddd-ddd-dd", IsBelgian, "rijksregister, registre national, niss, insz", Separated),
        new(New("ie-pps", "Irish PPS number", "PPS number 6433435F", "DSP; mod 23"),
            "dddddddA|dddddddAA", IsIrish, "pps, ppsn"),
        new(New("cz-rc", "Czech or Slovak birth number", "710319/2745", "Zákon 133/2000; mod 11"),
            "dddddd/dddd", IsCzech, "rodné", Always),
        new(New("ro-cnp", "Romanian CNP", "CNP 1630615123457", "OUG 97/2005"),
            "ddddddddddddd", IsRomanian, "cnp, cod numeric"),
        new(New("tr-tckn", "Turkish identity number", "TC kimlik 36493665440", "NVİ"),
            "ddddddddddd", IsTurkish, "tckn, kimlik, t.c., tc no, turkish id"),
        new(New("in-aadhaar", "Indian Aadhaar", "Aadhaar 3998 7654 3211", "UIDAI; Verhoeff"),
            "dddd-dddd-dddd|dddd:dddd:dddd", static id => id[0] > '1' && !IsPalindrome(id) && Verhoeff(id),
            "aadhaar, aadhar, uidai", Separated),
        new(New("in-pan", "Indian PAN", "PAN ABBPM4567S", "Income Tax Department"),
            "AAAAAddddA", static id => "ABCFGHJLPTS".Contains(id[3]), "pan, income tax", Always),
        new(New("kr-rrn", "Korean registration number", "960121-1234567", "행정안전부; no check since 2020"),
            "dddddd-ddddddd", static id => IsDay(Part(id, 4, 2), Part(id, 2, 2)) && id[6] is >= '1' and <= '4',
            "rrn, resident registration, 주민등록번호", Separated),
        new(New("kr-frn", "Korean foreigner number", "911124-5678901", "법무부; no check since 2020"),
            "dddddd-ddddddd", static id => IsDay(Part(id, 4, 2), Part(id, 2, 2)) && id[6] is >= '5' and <= '8',
            "frn, foreigner registration, 외국인등록번호", Separated),
        new(New("cn-id", "Chinese identity number", "11010519491231002X", "GB 11643; mod 11-2"),
            "dddddddddddddddddw", IsChinese, "身份证, identity", Always),
        new(New("jp-my-number", "Japanese individual number", "My Number 1234 5678 9018", "番号法"),
            "dddd-dddd-dddd", IsJapanese, "my number, mynumber, マイナンバー, 個人番号"),
        new(New("sg-nric", "Singapore NRIC or FIN", "NRIC S2740116C", "ICA"),
            "AdddddddA", IsNric, "nric, fin", Always),
        new(New("th-id", "Thai identity number", "1-2345-67890-12-1", "DOPA; mod 11"),
            "d-dddd-ddddd-dd-d", IsThai, "thai id, tnin, national id, บัตรประชาชน", Separated),
        new(New("hk-id", "Hong Kong identity card", "HKID A123456(3)", "ImmD"),
            "Adddddd(w)", IsHongKong, "hkid", Always),
        new(New("au-tfn", "Australian tax file number", "TFN 876 543 210", "ATO; mod 11"),
            "ddd-ddd-ddd", static id => Weighted(id, [1, 4, 3, 7, 5, 8, 6, 9, 10], 11) == 0 && !IsOneDigit(id),
            "tfn, tax file"),
        new(New("au-abn", "Australian business number", "ABN 51 824 753 556", "ABR; mod 89"),
            "dd-ddd-ddd-ddd", IsAbn, "abn, business number"),
        new(New("au-medicare", "Australian Medicare number", "Medicare 2123 45670 1", "Services Australia"),
            "dddd-ddddd-d|dddd-ddddd-dd", static id => id[0] is >= '2' and <= '6'
                && Weighted(id, [1, 3, 7, 9, 1, 3, 7, 9], 10) == id[8] - '0', "medicare"),
        new(New("za-id", "South African identity number", "RSA ID: 8001015000086", "DHA; Luhn"),
            "dddddd-dddd-ddd", static id => IsDay(Part(id, 4, 2), Part(id, 2, 2)) && id[10] <= '2'
                && id[11] is '8' or '9' && Luhn(id), "rsa id, south african, id number, identity number, said"),
        new(New("ng-nin", "Nigerian identity number", "NIN 12345678902", "NIMC; Verhoeff"),
            "ddddddddddd", static id => Verhoeff(id), "nin, nimc, national identification"),
        new(New("br-cpf", "Brazilian CPF", "529.982.247-25", "Receita Federal; mod 11"),
            "ddd.ddd.ddd-dd|ddddddddddd", IsCpf, "cpf", Separated),
        new(New("cl-rut", "Chilean RUT", "12.345.678-5", "SII; mod 11"),
            "dd.ddd.ddd-w|d.ddd.ddd-w", IsRut, "rut", Always),
        new(New("mx-curp", "Mexican CURP", "GOCE850101HDFNRD02", "RENAPO"),
            "AAAAddddddAAAAAAwd", static id => id[10] is 'H' or 'M' && IsDay(Part(id, 8, 2), Part(id, 6, 2)),
            "curp", Always),
        new(New("passport", "passport number in context", "my passport number is CD7654321", "ICAO 9303"),
            "AAdddddddd|AAddddddd|AAAdddddd|AdddAdddd|Adddddddd|AAdddddd|Addddddd|ddddddddd|ddAAddddd",
            static _ => true, Passport, NeverAlone),
    ];

    private static readonly SearchValues<char> NotInMbi = SearchValues.Create("SLOIBZ");

    private static readonly SearchValues<char> InGermanCard = SearchValues.Create("0123456789CFGHJKLMNPRTVWXYZ");

    private static TextRule New(string id, string what, string example, string source) =>
        new("personal/" + id, 1, what, example, source);

    private static bool Mod11(ReadOnlySpan<char> id, ReadOnlySpan<byte> weights)
    {
        var check = (11 - Weighted(id, weights, 11)) % 11;
        return check < 10 ? id[weights.Length] - '0' == check : weights.Length == 8 && id[^1] == '0';
    }

    // The area, the group and the serial are never zero; a well-known one was printed on a wallet.
    private static bool IsSsn(ReadOnlySpan<char> id) => id[0] != '9' && !id.StartsWith("000") && !id.StartsWith("666")
        && id[3..5] is not "00" && id[5..] is not "0000" && id is not "078051120" && !IsOneDigit(id);

    private static bool IsItin(ReadOnlySpan<char> id) => id[0] == '9'
        && Part(id, 3, 2) is (>= 50 and <= 65) or (>= 70 and <= 88) or (>= 90 and <= 92) or >= 94;

    private static bool IsMbi(ReadOnlySpan<char> id) => id[0] != '0' && !id.ContainsAny(NotInMbi);

    private static bool IsNino(ReadOnlySpan<char> id) => "ABCEGHJKLMNOPRSTWXYZ".Contains(id[0])
        && "ABCEGHJKLMNPRSTWXYZ".Contains(id[1]) && id[^1] is >= 'A' and <= 'D'
        && id[..2] is not ("BG" or "GB" or "KN" or "NK" or "NT" or "TN" or "ZZ");

    // Of the first ten digits one stands there two or three times, every other at most once.
    private static bool IsGermanTax(ReadOnlySpan<char> id)
    {
        if (id[0] == '0' || !Iso7064(id))
            return false;
        var repeated = 0;
        for (var digit = '0'; digit <= '9'; digit++)
        {
            var count = id[..10].Count(digit);
            if (count > 3)
                return false;
            repeated += count > 1 ? 1 : 0;
        }

        // Since 2016 one may stand there three times; test ids repeat none.
        return repeated <= 1;
    }

    private static bool IsGermanPension(ReadOnlySpan<char> id)
    {
        var day = Part(id, 2, 2);
        return IsDay(day > 50 ? day - 50 : day, Part(id, 4, 2))
            && CrossSums(id, [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]);
    }

    // No vowels, so that no words come up; the check digit is the tenth, and often left out.
    private static bool IsGermanCard(ReadOnlySpan<char> id) => "CFGHJKLMNPRTVWXYZ".Contains(id[0])
        && !id.ContainsAnyExcept(InGermanCard) && (id.Length == 9 ? id[^1] <= '9' : Travel(id));

    private static bool IsAustrian(ReadOnlySpan<char> id)
    {
        ReadOnlySpan<byte> weights = [3, 7, 9, 0, 5, 8, 4, 2, 1, 6];
        return Part(id, 6, 2) <= 12 && Weighted(id, weights, 11) == id[3] - '0';
    }

    private static bool IsSwiss(ReadOnlySpan<char> id) => id.StartsWith("756")
        && Weighted(id, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1], 10) == 0;

    private static bool IsFrench(ReadOnlySpan<char> id)
    {
        var month = Part(id, 3, 2);
        if (id[0] is not ('1' or '2' or '7' or '8') || month == 0 || month > 12 && month < 20)
            return false;
        Span<char> number = stackalloc char[13];
        id[..13].CopyTo(number);
        // Corsica counts as 19 and 18.
        if (number[6] is 'A' or 'B')
            (number[5], number[6]) = ('1', number[6] == 'A' ? '9' : '8');
        return number.IndexOfAnyExceptInRange('0', '9') < 0 && 97 - Remainder(number, 97) == Part(id, 13, 2);
    }

    private static bool IsNie(ReadOnlySpan<char> id)
    {
        if (id[0] is not ('X' or 'Y' or 'Z'))
            return false;
        var number = (id[0] - 'X') * 10_000_000 + Part(id, 1, 7);
        return id[^1] == "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23];
    }

    private static bool IsFiscal(ReadOnlySpan<char> id)
    {
        ReadOnlySpan<byte> odd =
            [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
        if (!"ABCDEHLMPRST".Contains(id[8]))
            return false;
        var sum = 0;
        for (var i = 0; i < 15; i++)
        {
            // Where two people would share one, letters stand for digits.
            if (i is 6 or 7 or 9 or 10 or 12 or 13 or 14 && char.IsAsciiLetter(id[i]) && !"LMNPQRSTUV".Contains(id[i]))
                return false;
            var value = char.IsAsciiDigit(id[i]) ? id[i] - '0' : id[i] - 'A';
            sum += i % 2 == 0 ? odd[value] : value;
        }

        return id[15] - 'A' == sum % 26;
    }

    private static bool IsPesel(ReadOnlySpan<char> id) => IsDay(Part(id, 4, 2), Part(id, 2, 2) % 20)
        && (10 - Weighted(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3], 10)) % 10 == id[10] - '0';

    private static bool IsSwedish(ReadOnlySpan<char> id)
    {
        if (id.Length == 12)
        {
            if (id[..2] is not ("18" or "19" or "20"))
                return false;
            id = id[2..];
        }

        // A coordination number has sixty more days.
        return IsDay(Part(id, 4, 2) % 60, Part(id, 2, 2)) && Luhn(id);
    }

    private static bool IsHetu(ReadOnlySpan<char> id)
    {
        var hasMark = id.Length == 11;
        if (!IsDay(Part(id, 0, 2), Part(id, 2, 2)) || hasMark && !"ABCDEFYXWVU".Contains(id[6]))
            return false;
        var serial = id.Slice(hasMark ? 7 : 6, 3);
        return serial is not ("000" or "001")
            && id[^1] == "0123456789ABCDEFHJKLMNPRSTUVWXY"[(Part(id, 0, 6) * 1000 + Part(serial, 0, 3)) % 31];
    }

    private static bool IsNorwegian(ReadOnlySpan<char> id)
    {
        var day = Part(id, 0, 2);
        return IsDay(day > 40 ? day - 40 : day, Part(id, 2, 2) % 40)
            && (11 - Weighted(id, [3, 7, 6, 1, 8, 9, 4, 5, 2], 11)) % 11 == id[9] - '0'
            && (11 - Weighted(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2], 11)) % 11 == id[10] - '0';
    }

    private static bool IsBelgian(ReadOnlySpan<char> id)
    {
        var (number, check) = (Part(id, 0, 9), Part(id, 9, 2));
        return IsDay(Part(id, 4, 2), Part(id, 2, 2))
            && (97 - number % 97 == check || 97 - (2_000_000_000L + number) % 97 == check);
    }

    private static bool IsIrish(ReadOnlySpan<char> id)
    {
        var sum = Weighted(id, [8, 7, 6, 5, 4, 3, 2], 10_000) + (id.Length == 9 ? (id[8] - 'A' + 1) * 9 : 0);
        return id[7] == "WABCDEFGHIJKLMNOPQRSTUV"[sum % 23];
    }

    private static bool IsCzech(ReadOnlySpan<char> id)
    {
        var month = Part(id, 2, 2) % 50;
        return IsDay(Part(id, 4, 2), month > 20 ? month - 20 : month) && Remainder(id[..9], 11) % 10 == id[9] - '0';
    }

    private static bool IsRomanian(ReadOnlySpan<char> id) => id[0] != '0' && IsDay(Part(id, 5, 2), Part(id, 3, 2))
        && Weighted(id, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9], 11) is var check
        && check % 10 + check / 10 == id[12] - '0';

    private static bool IsTurkish(ReadOnlySpan<char> id)
    {
        var odd = Weighted(id, [1, 0, 1, 0, 1, 0, 1, 0, 1], 1000);
        var even = Weighted(id, [0, 1, 0, 1, 0, 1, 0, 1], 1000);
        return id[0] != '0' && (odd * 7 - even + 100) % 10 == id[9] - '0'
            && (odd + even + id[9] - '0') % 10 == id[10] - '0';
    }

    private static bool IsPalindrome(ReadOnlySpan<char> id)
    {
        for (var i = 0; i < id.Length / 2; i++)
        {
            if (id[i] != id[^(i + 1)])
                return false;
        }

        return true;
    }

    private static bool IsChinese(ReadOnlySpan<char> id) => IsDay(Part(id, 12, 2), Part(id, 10, 2))
        && id[6..8] is "19" or "20" && "10X98765432"[
            Weighted(id, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], 11)] == id[17];

    private static bool IsJapanese(ReadOnlySpan<char> id)
    {
        var rest = Weighted(id, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2], 11);
        return (rest <= 1 ? 0 : 11 - rest) == id[11] - '0';
    }

    private static bool IsNric(ReadOnlySpan<char> id)
    {
        var sum = Weighted(id[1..], [2, 7, 6, 5, 4, 3, 2], 1000)
            + (id[0] switch { 'T' or 'G' => 4, 'M' => 3, _ => 0 });
        return id[0] switch
        {
            'S' or 'T' => "JZIHGFEDCBA"[sum % 11] == id[8],
            'F' or 'G' => "XWUTRQPNMLK"[sum % 11] == id[8],
            'M' => "XWUTRQPNJLK"[10 - sum % 11] == id[8],
            _ => false,
        };
    }

    private static bool IsThai(ReadOnlySpan<char> id) => id[0] is not ('0' or '9')
        // The second and third digit are a province.
        && Part(id, 1, 2) is (>= 10 and <= 27) or (>= 30 and <= 58) or (>= 60 and <= 67) or (>= 70 and <= 77)
            or (>= 80 and <= 86) or (>= 90 and <= 96)
        && (11 - Weighted(id, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2], 11)) % 10 == id[12] - '0';

    private static bool IsHongKong(ReadOnlySpan<char> id)
    {
        var sum = 36 * 9 + (id[0] - 'A' + 10) * 8 + Weighted(id[1..], [7, 6, 5, 4, 3, 2], 1000);
        var check = (11 - sum % 11) % 11;
        return id[7] == (check == 10 ? 'A' : (char)('0' + check));
    }

    private static bool IsAbn(ReadOnlySpan<char> id) => id[0] != '0'
        && (Weighted(id, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19], 10_000) - 10) % 89 == 0;

    private static bool IsCpf(ReadOnlySpan<char> id) => !IsOneDigit(id)
        && Weighted(id, [10, 9, 8, 7, 6, 5, 4, 3, 2], 1000) * 10 % 11 % 10 == id[9] - '0'
        && Weighted(id, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2], 1000) * 10 % 11 % 10 == id[10] - '0';

    private static bool IsRut(ReadOnlySpan<char> id)
    {
        var (sum, factor) = (0, 2);
        for (var i = id.Length - 2; i >= 0; i--, factor = factor == 7 ? 2 : factor + 1)
            sum += (id[i] - '0') * factor;
        return id[^1] == "0123456789K0"[(11 - sum % 11) % 11];
    }
}
