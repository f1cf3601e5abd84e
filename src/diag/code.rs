//! Every diagnostic code, once.
//!
//! A code never changes its meaning. Each has a page in `diag/pages/` that `mvm explain` prints:
//! what it means, an example that triggers it (which the tests run), and how to mend it.

use super::Severity;

macro_rules! codes {
    ($($name:ident $code:literal $severity:ident $title:literal)*) => {
        /// What kind of finding a diagnostic is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $name,)*
        }

        impl Code {
            /// All codes, in order.
            pub const ALL: &[Code] = &[$(Code::$name),*];

            /// The stable text, such as `E0201`.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $code),* }
            }

            /// One line that says what kind of finding it is.
            pub fn title(self) -> &'static str {
                match self { $(Code::$name => $title),* }
            }

            /// Whether it is an error or a warning.
            pub fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity),* }
            }

            /// The page for `mvm explain`, in Markdown.
            pub fn page(self) -> &'static str {
                match self { $(Code::$name => include_str!(concat!("pages/", $code, ".md"))),* }
            }
        }
    };
}

// E01 syntax, E02 names and files, E03 quantities and types, E04 the datacenter,
// E05 the plan, E06 no plan exists, E07 other inputs, W the same as warnings.
codes! {
    Syntax "E0101" Error "the text is not what the language expects here"
    UnclosedBrace "E0102" Error "a brace, bracket or parenthesis is never closed"
    UnclosedString "E0103" Error "a string does not end on its line"
    NestingTooDeep "E0104" Error "brackets nest too deep"
    StrayCharacter "E0105" Error "the language does not use this character here"
    MisplacedStatement "E0106" Error "a statement or declaration stands where none can"
    TooLarge "E0107" Error "a file or a statement is too large"
    ReservedWord "E0108" Error "a word of the language is used as a name"
    UnknownWord "E0109" Error "nothing begins with this word"
    BadEscape "E0110" Error "a string holds something that it cannot"
    TooManyErrors "E0111" Error "the file has more errors than are told"
    UnknownName "E0201" Error "a name stands for nothing"
    DuplicateName "E0202" Error "a name is declared twice"
    AmbiguousName "E0203" Error "a short name belongs to several things"
    WrongKind "E0204" Error "a name stands for something of another kind than is wanted"
    Cycle "E0205" Error "something is defined by itself"
    TooMuch "E0206" Error "more of something than mvm works with"
    Unpaired "E0207" Error "two sets do not pair"
    EmptySet "E0208" Error "a set is empty where something is needed"
    BadIndex "E0209" Error "an index or range makes no sense here"
    FileNotRead "E0210" Error "a file cannot be read"
    FileOutside "E0211" Error "a path leads out of the project, or is none"
    ImportCycle "E0212" Error "files use one another in a circle"
    InvalidUtf8 "E0213" Error "a file is not UTF-8 text"
    NotHere "E0214" Error "a set cannot be used at this place"
    BadPattern "E0215" Error "the text after `like` is no pattern"
    UnknownUnit "E0301" Error "a unit does not exist"
    UnitMismatch "E0302" Error "quantities of two kinds are added or subtracted"
    WrongQuantity "E0303" Error "a quantity is of another kind than the one that is wanted"
    MissingUnit "E0304" Error "a number has no unit"
    OutOfRange "E0305" Error "a quantity is negative, zero, too small or too large"
    NotWhole "E0306" Error "a fraction stands where only whole numbers count"
    DivisionByZero "E0307" Error "a division by zero"
    BadCompound "E0308" Error "the parts of a quantity do not belong together"
    BadNumber "E0309" Error "a number or calculation is too long"
    NoSuchTime "E0311" Error "a time of day or date does not exist"
    UnknownZone "E0312" Error "a time zone does not exist"
    NoClock "E0313" Error "a clock time, weekday or date needs a start, or a start with a date"
    OutsidePlan "E0314" Error "a moment is before the plan's start, or too long after it"
    WrongProperty "E0401" Error "a property belongs to another kind of thing"
    PropertyTwice "E0402" Error "a property is given twice"
    MissingProperty "E0403" Error "something that must be said is missing"
    Misplaced "E0404" Error "a declaration stands where it cannot"
    BadLink "E0405" Error "a link or route has no such end"
    BadProperty "E0407" Error "a property cannot be as it is given"
    UnknownPlaceholder "E0408" Error "a template names something that it cannot"
    RunsOnServerThatIsOff "E0451" Error "a VM runs on a server that is off"
    NoRoute "E0452" Error "no path leads from one server to another"
    SeveralRoutes "E0453" Error "several paths are equally short"
    RouteLoop "E0454" Error "a route passes a switch twice"
    BeyondRange "E0455" Error "a quantity is too large to plan with"
    TooManyPlaces "E0456" Error "both ends of a flow of traffic may be at too many places"
    SaidTwice "E0501" Error "a plan says the same thing twice"
    NeverActs "E0502" Error "a rule orders something that never acts"
    EmptyPeriod "E0503" Error "a period ends before it begins"
    BeforeItself "E0504" Error "something is ordered before itself"
    NotRepeated "E0505" Error "a statement about the whole plan is repeated"
    Unexpected "E0506" Error "a plan is not what its file expects"
    MigratesWhileStopped "E0551" Error "a VM that is stopped cannot be migrated"
    IsAlreadyThere "E0552" Error "a VM is migrated to where it already is"
    ServerIsOnAlready "E0553" Error "a server is booted that is on"
    ServerIsOffAlready "E0554" Error "a server is shut down that is off"
    ServerIsNotEmpty "E0555" Error "a server is shut down while VMs run on it"
    VmRunsAlready "E0556" Error "a VM is started that runs"
    VmIsStoppedAlready "E0557" Error "a VM is stopped that does not run"
    StartsOnServerThatIsOff "E0558" Error "a VM is started on a server that is off"
    RateTooHigh "E0559" Error "a migration is given a rate that its path does not have"
    SyncWithoutMigration "E0560" Error "a VM of a sync does not migrate"
    SyncOfBothMethods "E0561" Error "a sync mixes pre-copy and post-copy"
    TooManyPairs "E0562" Error "an order between too many pairs"
    LimitOfNothing "E0563" Error "a limit of 0"
    CommandOnServerThatIsOff "E0564" Error "a command runs on a server that is off"
    TimeTwice "E0570" Error "a time of day comes twice in the night of the plan"
    OnBothSides "E0571" Error "a step is on both sides of a `before`"
    NowhereToGo "E0572" Error "no server is left that a migration could choose"
    KeptOut "E0573" Error "a VM is, or is to be, where a rule does not let it be"
    MaybeThere "E0574" Error "a rule is about what happens on a server that migrations may choose"
    Lacking "E0575" Error "a VM is, or is to be, on a server that lacks what it needs"
    TooManyWays "E0576" Error "a plan leaves too many choices open"
    EnergyOfChoice "E0577" Error "energy is minimized where it depends on a choice of servers"
    ToldWhen "E0578" Error "something says when a VM moves that need not move"
    SwitchedBesides "E0579" Error "a server that the plan may choose to shut down is switched by other steps"
    NoWay "E0580" Error "no way of moving a VM is left"
    UnderMaintenance "E0585" Error "a VM is sent to a server under maintenance"
    Impossible "E0601" Error "no plan exists: constraints contradict one another"
    Deadlock "E0602" Error "no plan exists: actions wait for one another's place"
    NeverConverges "E0651" Error "a VM never converges on its path"
    TakesTooLong "E0652" Error "a migration takes longer than 366 days"
    ServerTooSmall "E0653" Error "a server has too little memory or CPU for its VMs"
    SpreadBroken "E0654" Error "VMs that never share a server begin or end on one"
    DeadlineTooEarly "E0655" Error "an action cannot lie in the time that it is given"
    OrderCycle "E0656" Error "actions wait for one another in a circle"
    BudgetTooLow "E0657" Error "a budget is below what is drawn in any case"
    CapTooLow "E0658" Error "a cap is below what is needed in any case"
    PlacementBroken "E0659" Error "a rule about where VMs are cannot hold, whatever is chosen"
    NoRoomAnywhere "E0660" Error "the servers to choose from have too little room for all"
    ImportNotJson "E0701" Error "a foreign file is not JSON"
    ImportShape "E0702" Error "a foreign file does not have the shape that its format asks for"
    ImportUnknown "E0703" Error "a foreign file asks for something that mvm does not know"
    ImportContradiction "E0704" Error "a foreign file contradicts itself"
    ImportNotXml "E0705" Error "a foreign file is not XML, or XML of a kind that is not read"
    ImportTooLarge "E0706" Error "a foreign file is larger than what is read"
    NoBmc "E0740" Error "the script boots a server or shuts one down that has neither a BMC nor a command for it"
    NoDate "E0741" Error "a calendar is to be made of a plan whose date is not known"
    NotForBtrplace "E0742" Error "BtrPlace cannot say what a plan says"
    StateDiffers "E0743" Error "the live state is not what a file says"
    NotForArgo "E0744" Error "a cluster would not take the workflow of a plan"
    NoCold "E0745" Error "the script moves a stopped VM from a server that has no command for it"
    Unused "W0001" Warning "something is declared and not used"
    EmptySelection "W0002" Warning "a set selects nothing"
    Idle "W0003" Warning "a rule is about a VM that never acts"
    OnlyOne "W0004" Warning "a rule that is about several has one"
    NoSteps "W0005" Warning "a plan has no steps"
    NeverBinds "W0006" Warning "a rule can never bind"
    Crowded "W0010" Warning "a server holds more than it has from the start"
    Guessed "W0013" Warning "nothing is known of what a VM rewrites"
    GuessedPool "W0014" Warning "in which pool of its server a VM is, nothing says"
    ImportLeftOut "W0701" Warning "a part of a foreign file is left out"
}

impl Code {
    /// Whether it says that no plan exists, while the input is right.
    pub fn says_impossible(self) -> bool {
        self.as_str().starts_with("E06")
    }

    /// The code with that text, in any case.
    pub fn parse(text: &str) -> Option<Code> {
        Code::ALL
            .iter()
            .copied()
            .find(|code| code.as_str().eq_ignore_ascii_case(text))
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
