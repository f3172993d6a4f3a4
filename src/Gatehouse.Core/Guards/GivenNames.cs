namespace Gatehouse.Core.Guards;

/// <summary>
/// Given names that are common somewhere and are seldom another word: a word in capitals behind one of them is taken
/// for a family name. Names that are also words, months or places (Will, May, Paris) are left out.
/// </summary>
internal static class GivenNames
{
    /// <summary>The names.</summary>
    public static readonly HashSet<string> All = new(
        """
        Aaron Abdul Abigail Adam Adrian Agnes Agnieszka Ahmed Aisha Alan Albert Alejandro Alessandro Alex Alexander
        Alexandra Alfred Alice Alicia Alina Allison Amanda Amelia Amir Amy Ana Anastasia Anders Andrea Andreas Andrew
        Andrzej Angela Angelika Anja Anna Anne Annika Anthony Antoine Antonio Ashley Astrid Aurora Barbara Beatrice
        Beatriz Benjamin Bernd Bernhard Bianca Birgit Björn Brandon Brenda Brian Brigitte Bruno Camila Carla Carlo
        Carlos Carmen Carol Caroline Catherine Cécile Cesar Charles Charlotte Chloe Christian Christina Christine
        Christoph Christopher Claire Claudia Clara Cristina Cynthia Daniel Daniela Danielle David Deborah Denise Dennis
        Diana Diego Dieter Dmitri Dominik Donald Dorothy Douglas Eduardo Edward Elena Elisabeth Elizabeth Ella Emil
        Emily Emma Emmanuel Enrique Eric Erik Erika Esther Ethan Eugene Eva Evelyn Fatima Federico Felix Fernando Filip
        Florian Francesca Francesco Francisco Franck Frank Franz Frederick Gabriel Gabriela Gareth Gary George Gerald
        Gerhard Gianni Giovanni Giulia Giuseppe Gloria Gregory Guillaume Gustav Hannah Hans Harold Heather Heike
        Heinrich Helen Helena Helga Helmut Henry Hiroshi Hugo Ian Ibrahim Igor Ines Ingrid Irene Irina Isabel Isabella
        Ivan Jack Jacob Jacqueline Jakub James Jan Jane Janet Jason Javier Jean Jeffrey Jennifer Jeremy Jessica Joan
        Joanna João Joel Johan Johanna Johannes John Jonas Jonathan Jorge José Josef Joseph Joshua Juan Judith Julia
        Julian Julie Julien Jürgen Justin Karen Karin Karl Katarzyna Kate Katharina Katherine Kathleen Katja Keith
        Kelly Kenneth Kevin Klaus Krzysztof Kyle Lars Laura Lauren Laurent Lea Leah Lena Leon Leonard Leonardo Liam
        Linda Lisa Lorenzo Louise Luca Lucas Lucia Lucy Luis Luisa Lukas Magdalena Manuel Marcel Marco Marcus Margaret
        Maria María Marie Marina Mario Marion Marta Martha Martin Martina Mary Mateo Mathieu Matteo Matthew Matthias
        Maurice Megan Mehmet Melanie Melissa Mia Michael Michał Michel Michelle Miguel Mikael Mohamed Mohammed Monica
        Monika Mustafa Nadia Nancy Natalia Natalie Nathan Niamh Nicholas Nicolas Nicole Niklas Nikolai Nina Oleg Olga
        Oliver Olivia Omar Oscar Pablo Pamela Patricia Patrick Paul Paula Pauline Pedro Peter Petra Philip Philippe
        Pierre Piotr Priya Rachel Rafael Rainer Raj Rajesh Ralf Ramon Raúl Raymond Rebecca Renate Ricardo Richard
        Roberto Robert Robin Roger Roland Ronald Rosa Ruth Ryan Sabine Samantha Samuel Sandra Sanjay Sara Sarah Scott
        Sean Sebastian Sergei Sergio Sharon Silvia Simon Simone Sofia Sonia Sophia Sophie Stefan Stefanie Stephanie
        Stephen Steven Stuart Susan Susanne Suzanne Svetlana Sven Sylvia Takashi Tamara Tanja Tatiana Teresa Theodor
        Theresa Thomas Thorsten Tiffany Timothy Tobias Tomasz Ulrich Ulrike Ursula Uwe Valentina Vanessa Vera Veronica
        Victor Viktor Vincent Vladimir Walter Wei Werner William Wolfgang Xavier Yasmin Yolanda Yuki Yusuf Yvonne
        Zachary Zoe
        """.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries), StringComparer.OrdinalIgnoreCase);

    /// <summary>Words in capitals that follow a name or a title without being a name.</summary>
    public static readonly HashSet<string> NotNames = new(
        """
        The A An And Or But If In On At For From With To Of By As Is Are Was Were Has Had Have Will Would Can Could
        Should This That These Those It He She We You They I My Your His Her Our Their What When Where Who Why How Not
        No Yes Street Avenue Road Square Park University College School Hospital Airport Station Hotel Church Bridge
        River Lake Island County State City Day Award Prize Foundation Institute Inc Ltd LLC Corporation Company Group
        Bank Museum Library Center Centre Theatre Theater Festival Cup Championship Stadium Phone Email Address Date
        Hello Hi Dear All Sir Madam President Minister General Monday Tuesday Wednesday Thursday Friday Saturday Sunday
        January February March April June July August September October November December English German French Spanish
        Italian American Chinese Japanese Internet Law Theorem Mr Mrs Ms Miss Dr Prof Professor Herr Frau
        """.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);
}
